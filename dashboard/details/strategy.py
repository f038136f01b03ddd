"""How a deployment replaces its pods, in words."""

from clusters.kube import objects


def strategy(deployment: objects.Deployment) -> list[tuple[str, str]]:
    """Pairs of what and how."""
    spec = deployment.spec
    said = [("Strategy", _strategy(spec.strategy))]
    if spec.min_ready_seconds:
        said.append(("Ready after", f"{spec.min_ready_seconds} s steady"))
    if spec.progress_deadline_seconds:
        said.append(("Gives up after", f"{spec.progress_deadline_seconds} s without progress"))
    if spec.revision_history_limit is not None:
        said.append(("Revisions kept", str(spec.revision_history_limit)))
    return said


def _strategy(found: objects.DeploymentStrategy) -> str:
    if found.type == "Recreate":
        return "Recreate: all old pods end before new ones start"
    rolling = found.rolling_update
    if rolling is None:
        return found.type
    return f"Rolling: at most {rolling.max_surge} extra, {rolling.max_unavailable} missing"
