"""The forms that turn what an admin types or uploads into a connection."""

import base64
import json
from typing import TYPE_CHECKING, Any

from django import forms

from clusters.kube.connection import Connection
from clusters.kube.kubeconfig import KUBECONFIG_LIMIT, BadKubeconfig, read_kubeconfig
from clusters.models import Cluster

BY_HAND = "entered by hand"

if TYPE_CHECKING:
    ClusterModelForm = forms.ModelForm[Cluster]
else:
    ClusterModelForm = forms.ModelForm


class KubeconfigForm(ClusterModelForm):
    """Reads an uploaded kubeconfig into `connection` and `source`; both stay empty when none was uploaded."""

    kubeconfig = forms.FileField(
        required=False,
        help_text="Certificates and token must be inside it. Files it names are not read, programs are not run.",
    )
    context = forms.CharField(required=False, help_text="Needed when the file has more than one context.")

    connection: Connection | None = None
    source = ""

    class Meta:
        model = Cluster
        fields = ("name", "flag", "is_production", "paused", "debug_image", "recording", "records_input")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("kubeconfig"):
            self._read(data["kubeconfig"], data.get("context", ""))
        return data

    def _read(self, upload: Any, context: str) -> None:
        if upload.size > KUBECONFIG_LIMIT:
            self.add_error(
                "kubeconfig", "The file is over 1 MiB. A kubeconfig is a few kilobytes: is it the right file?"
            )
            return
        try:
            contents = read_kubeconfig(upload.read().decode(), own_files=False)
        except UnicodeDecodeError:
            self.add_error("kubeconfig", "The file is not text. Upload the kubeconfig itself, not an archive of it.")
        except BadKubeconfig as error:
            self.add_error("kubeconfig", str(error))
        else:
            self._choose(dict(contents.taken), dict(contents.left), context)

    def _choose(self, taken: dict[str, Connection], left: dict[str, str], context: str) -> None:
        if context in left:
            self.add_error("context", f"Context {context} cannot be used: {left[context]}")
        elif context and context not in taken:
            self.add_error("context", f"The file has no context {context}. It has: {', '.join((*taken, *left))}.")
        elif not context and len(taken) > 1:
            self.add_error("context", f"The file has several contexts; name one of: {', '.join(taken)}.")
        elif not taken:
            reasons = " ".join(f"{name}: {reason}" for name, reason in left.items())
            self.add_error("kubeconfig", f"No context of the file can be used. {reasons}")
        else:
            chosen = context or next(iter(taken))
            self.connection, self.source = taken[chosen], f"kubeconfig, context {chosen}"


class ChangeClusterForm(KubeconfigForm):
    """Changes how a cluster is shown; a kubeconfig replaces its connection."""


class AddClusterForm(KubeconfigForm):
    """Adds a cluster from a kubeconfig or from an address, a CA and a token."""

    address = forms.CharField(required=False, help_text="For example: https://10.0.0.1:6443")
    ca = forms.CharField(required=False, widget=forms.Textarea, label="CA certificate", help_text="PEM.")
    token = forms.CharField(
        required=False, widget=forms.PasswordInput, help_text="Of a service account, for example. Kept encrypted."
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if self.errors or self.connection:
            return data
        if not data.get("address"):
            raise forms.ValidationError("Upload a kubeconfig, or fill in the address, the CA and the token.")
        self.kubeconfig_of(data)
        return data

    def kubeconfig_of(self, data: dict[str, Any]) -> None:
        """Puts the three fields through the rules of a kubeconfig, so that both ways in refuse the same."""
        ca = base64.b64encode(data.get("ca", "").encode()).decode()
        document = {
            "clusters": [{"name": BY_HAND, "cluster": {"server": data["address"], "certificate-authority-data": ca}}],
            "users": [{"name": BY_HAND, "user": {"token": data.get("token", "").strip()}}],
            "contexts": [{"name": BY_HAND, "context": {"cluster": BY_HAND, "user": BY_HAND}}],
        }
        try:
            contents = read_kubeconfig(json.dumps(document), own_files=False)
        except BadKubeconfig as error:
            self.add_error(None, str(error))
            return
        for _, reason in contents.left:
            self.add_error(None, reason)
        for _, self.connection in contents.taken:
            self.source = BY_HAND
