#!/usr/bin/env python3
# Bug C5: a leftover e-mail and key go along with the token.
# caught-by: a08-user-token-declared auth.one-scheme
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Wrong(base.Linker):
    def request_headers(self):
        return dict(super().request_headers(), **{"X-Auth-Email": "owner@acme.example",
                                                  "X-Auth-Key": "0123456789abcdef0123456789abcdef01234"})


base.main(Wrong)
