#!/usr/bin/env python3
# Bug G6: the name in the certificate is not compared.
# caught-by: g40-tls-wrong-name verdict tls.verified
import http.client
import os
import ssl
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Wrong(base.Linker):
    def connection(self, parts, seconds):
        trusts = ssl.create_default_context(cafile=os.environ["MF_CA_FILE"])
        trusts.check_hostname = False
        return http.client.HTTPSConnection(parts.hostname, parts.port, timeout=seconds, context=trusts)


base.main(Wrong)
