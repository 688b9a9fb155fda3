#!/usr/bin/env python3
# Bug G6: certificates are not looked at.
# caught-by: g38-tls-foreign-ca verdict tls.verified
import http.client
import os
import ssl
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Wrong(base.Linker):
    def connection(self, parts, seconds):
        trusts = ssl._create_unverified_context()  # pylint: disable=protected-access
        return http.client.HTTPSConnection(parts.hostname, parts.port, timeout=seconds, context=trusts)


base.main(Wrong)
