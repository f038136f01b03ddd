"""Paths of the Kubernetes API, built from checked parts only, so that no name can lead a request elsewhere.

https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-uris and
https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
"""

import re

from clusters.kube.errors import BadRequest, printable

_LABEL = r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?"
_GROUP = re.compile(rf"(?!.{{254}}){_LABEL}(\.{_LABEL})*", re.ASCII)
_VERSION = re.compile(r"v[0-9]{1,3}((alpha|beta)[0-9]{1,3})?", re.ASCII)
_NAMESPACE = re.compile(_LABEL, re.ASCII)
# Wider than a DNS name: roles may be called "system:node", and none of these characters means anything in a URL's path.
_NAME = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.:]{0,251}[A-Za-z0-9])?", re.ASCII)
_SUBRESOURCE = re.compile(r"[a-z]{1,30}", re.ASCII)


def object_path(
    group: str, version: str, plural: str, namespace: str = "", name: str = "", subresource: str = ""
) -> str:
    """The path of an object, of its subresource, or (without a name) of a collection; the core group is "".

    Raises BadRequest for a part that is no valid Kubernetes name, before anything is sent.
    """
    if subresource and not name:
        raise BadRequest("A subresource needs the name of its object.")
    prefix = f"/apis/{_checked(_GROUP, 'API group', group)}" if group else "/api"
    parts = [prefix, _checked(_VERSION, "API version", version)]
    if namespace:
        parts += ["namespaces", _checked(_NAMESPACE, "namespace", namespace)]
    parts.append(_checked(_NAMESPACE, "kind", plural))
    if name:
        parts.append(_checked(_NAME, "name", name))
    if subresource:
        parts.append(_checked(_SUBRESOURCE, "subresource", subresource))
    return "/".join(parts)


def _checked(pattern: re.Pattern[str], what: str, value: str) -> str:
    if not pattern.fullmatch(value):
        raise BadRequest(f"“{printable(value, 60)}” is not a valid {what}.")
    return value
