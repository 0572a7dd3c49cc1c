"""AWS's telemetry descriptor: each record a frame, so that a record keeps its newlines."""

import os
import time

_LEVEL_MASKS = {None: 0, "NOTSET": 0, "DEBUG": 8, "INFO": 12, "WARNING": 16, "ERROR": 20, "CRITICAL": 24}
_TEXT_TYPE = 0xA55A0003
_JSON_TYPE = 0xA55A0002


class TelemetrySink:
    """Frames are u32 type and level, u32 length, u64 microseconds, all big endian, then the text."""

    def __init__(self, fd):
        self._fd = fd

    def write(self, message, level, is_json):
        text = message.encode("utf8")
        frame_type = (_JSON_TYPE if is_json else _TEXT_TYPE) | _LEVEL_MASKS.get(level, 0)
        timestamp = time.time_ns() // 1000
        frame = memoryview(frame_type.to_bytes(4, "big") + len(text).to_bytes(4, "big") + timestamp.to_bytes(8, "big") + text)
        while frame:
            frame = frame[os.write(self._fd, frame) :]
