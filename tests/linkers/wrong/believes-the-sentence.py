#!/usr/bin/env python3
# Bug B2: matches the English sentence in messages instead of the status.
# caught-by: b10-disabled-with-sentence verdict
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Wrong(base.Linker):
    def verify(self):
        a = self.get(self.verify_path("user"))
        if "valid and active" not in str((a.json or {}).get("messages")):
            raise base.Refused("invalid_token", "verify", "Not valid.")
        self.kind, self.token_id = "user", None


base.main(Wrong)
