"""Reads calls as JSON from stdin; prints one line for each that botocore would not send, by AWS's own service models."""
import json
import sys

import botocore.session
from botocore.validate import ParamValidator

NAMES = {"eventbridge": "events"}
session = botocore.session.get_session()
for call in json.load(sys.stdin):
    model = session.get_service_model(NAMES.get(call["service"], call["service"]))
    shape = model.operation_model(call["operation"]).input_shape
    report = ParamValidator().validate(call["input"], shape)
    if report.has_errors():
        print(f"{call['service']}:{call['operation']}: {report.generate_report()}".replace("\n", " · "))
