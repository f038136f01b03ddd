"""How refusals are logged: that a page was not there or not allowed is no fault of ours, and needs no traceback."""

import logging
from http import HTTPStatus


class WithoutTraceback(logging.Filter):
    """Takes the traceback from what Django says of an answer of 4xx; the line with the address stays."""

    def filter(self, record: logging.LogRecord) -> bool:
        status = getattr(record, "status_code", HTTPStatus.INTERNAL_SERVER_ERROR)
        if status < HTTPStatus.INTERNAL_SERVER_ERROR:
            record.exc_info = record.exc_text = None
        return True
