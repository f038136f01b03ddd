"""How static files are named: by content, the modules that they import included."""

from servestatic.storage import CompressedManifestStaticFilesStorage


class HashedStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # has no types
    """Names with a hash of the content, compressed copies beside them; `import` statements point at hashed names."""

    support_js_module_import_aggregation = True
