"""How static files are named: by content, the modules that they import included."""

from servestatic.storage import CompressedManifestStaticFilesStorage

WORKER = r"""(?P<matched>new URL\(["'](?P<url>\./[^"']+)["'], import\.meta\.url\))"""


class HashedStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # has no types
    """Names with a hash of the content, compressed copies beside them.

    `import` statements point at hashed names, and so does `new URL("./worker.js", import.meta.url)`.
    """

    support_js_module_import_aggregation = True
    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        ("*.js", ((WORKER, 'new URL("%(url)s", import.meta.url)'),)),
    )
