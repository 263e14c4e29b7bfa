"""Sends one message through the Emay IMS interface and waits for its delivery report. Python 3.8, no packages."""

import json
import os
import sys
import time
import urllib.request
import uuid
from datetime import datetime, timedelta, timezone
from hashlib import md5

URL = os.environ.get("EMAY_URL", "http://127.0.0.1:8899")
APP_ID = os.environ.get("EMAY_APP_ID", "EUCP-EMY-SMS0-SIMUL")
SECRET_KEY = os.environ.get("EMAY_SECRET_KEY", "0123456789ABCDEF")
MOBILE = os.environ.get("EMAY_MOBILE", "0061422118000")  # 00, country code, number

SHANGHAI = timezone(timedelta(hours=8))  # the gateway's clock, whatever the zone of this machine


def call(name, fields):
    """Posts the fields with appId, timestamp and sign, and returns the answer."""
    timestamp = datetime.now(SHANGHAI).strftime("%Y%m%d%H%M%S")
    sign = md5((APP_ID + SECRET_KEY + timestamp).encode()).hexdigest()
    body = json.dumps({"appId": APP_ID, "timestamp": timestamp, "sign": sign, **fields})
    # The answer says text/plain and is JSON; its HTTP status is 200 even for an error.
    with urllib.request.urlopen(f"{URL}/inter/{name}", body.encode(), timeout=30) as response:
        return json.loads(response.read().decode())


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
