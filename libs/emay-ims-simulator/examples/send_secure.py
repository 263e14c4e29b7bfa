"""Sends one message through Emay's encrypted interface and waits for its report. Python 3.8 and openssl, no packages."""

import gzip
import json
import os
import subprocess
import sys
import time
import urllib.request
import uuid

URL = os.environ.get("EMAY_URL", "http://127.0.0.1:8899")
APP_ID = os.environ.get("EMAY_APP_ID", "EUCP-EMY-SMS0-SIMUL")
SECRET_KEY = os.environ.get("EMAY_SECRET_KEY", "0123456789ABCDEF").encode()  # 16, 24 or 32 bytes
MOBILE = os.environ.get("EMAY_MOBILE", "0061422118000")  # 00, country code, number


def cipher(data, *options):
    """AES/ECB/PKCS5 with the bytes of the key; Python has none of its own, a package such as cryptography does it too."""
    command = ["openssl", "enc", f"-aes-{len(SECRET_KEY) * 8}-ecb", "-K", SECRET_KEY.hex(), *options]
    return subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True).stdout


def call(name, fields):
    """Posts the fields with the time and how many seconds they are valid, and returns the code and the data."""
    body = json.dumps({"requestTime": int(time.time() * 1000), "requestValidPeriod": 60, **fields}).encode()
    request = urllib.request.Request(f"{URL}/secure/{name}", cipher(gzip.compress(body)))
    request.add_header("appId", APP_ID)
    request.add_header("gzip", "on")
    with urllib.request.urlopen(request, timeout=30) as response:
        # The code stands in the header `result`; only a SUCCESS has a body, which is the data alone.
        if response.headers["result"] != "SUCCESS":
            return {"code": response.headers["result"]}
        return {"code": "SUCCESS", "data": json.loads(gzip.decompress(cipher(response.read(), "-d")))}


def show(title, value):
    sys.stdout.buffer.write(f"{title}: {json.dumps(value, ensure_ascii=False)}\n".encode())


custom_ims_id = uuid.uuid4().hex  # yours, at most 32 characters
answer = call("sendSingleIMS", {"mobile": MOBILE, "content": "Hello, 你好", "customImsId": custom_ims_id})
show("answer", answer)
if answer["code"] != "SUCCESS":
    sys.exit(1)

for _ in range(60):
    # Whatever is pulled is gone from the gateway: a real program keeps every report, not only its own.
    reports = call("getIMSReport", {"number": 500}).get("data") or []
    mine = [report for report in reports if report.get("customImsId") == custom_ims_id]
    if mine:
        show("report", mine[0])
        sys.exit(0)
    time.sleep(1)
sys.exit("no report yet")
