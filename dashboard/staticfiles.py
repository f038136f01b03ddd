"""How static files are named: by content, the modules that they import included."""

from servestatic.storage import CompressedManifestStaticFilesStorage


class HashedStorage(CompressedManifestStaticFilesStorage):
    """Names with a hash of the content, compressed copies beside them, `import` statements pointed at the hashed names."""

    support_js_module_import_aggregation = True
