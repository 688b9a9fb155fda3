#!/usr/bin/env python3
# Bug H4: sends no User-Agent.
# caught-by: a08-user-token-declared ua.present
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Wrong(base.Linker):
    def request_headers(self):
        return {"Authorization": "Bearer " + self.token}


base.main(Wrong)
