"""The floor: a bare concurrent script that is told the key, the regions, the type and which instances are protected.

Reads {"endpoint", "key", "user", "type", "protected": {region: [ids]}} from stdin, writes {"calls": n} to stdout.
It selects by type alone, journals nothing, and does not look twice.
"""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

import boto3
from botocore.config import Config

task = json.load(sys.stdin)
session = boto3.Session()
config = Config(max_pool_connections=32)
calls = []


def call(client, operation, **arguments):
    calls.append(operation)
    return getattr(client, operation)(**arguments)


def region_work(client, protected):
    ids = []
    filters = [
        {"Name": "instance-type", "Values": [task["type"]]},
        {"Name": "instance-state-name", "Values": ["pending", "running"]},
    ]
    for reservation in call(client, "describe_instances", Filters=filters)["Reservations"]:
        ids += [instance["InstanceId"] for instance in reservation["Instances"]]
    for instance in protected:
        call(client, "modify_instance_attribute", InstanceId=instance, DisableApiTermination={"Value": False})
    if ids:
        call(client, "terminate_instances", InstanceIds=ids)


def client(service, region="us-east-1"):
    return session.client(service, region_name=region, endpoint_url=task["endpoint"], config=config)


iam = client("iam")
call(iam, "update_access_key", UserName=task["user"], AccessKeyId=task["key"], Status="Inactive")
until = (datetime.now(timezone.utc) + timedelta(minutes=3)).strftime("%Y-%m-%dT%H:%M:%SZ")
deny = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Deny",
            "Action": "*",
            "Resource": "*",
            "Condition": {"DateLessThan": {"aws:TokenIssueTime": until}},
        }
    ],
}
call(iam, "put_user_policy", UserName=task["user"], PolicyName="deny", PolicyDocument=json.dumps(deny))
clients = {region: client("ec2", region) for region in task["protected"]}
with ThreadPoolExecutor(32) as pool:
    list(pool.map(lambda region: region_work(clients[region], task["protected"][region]), clients))
print(json.dumps({"calls": len(calls)}))
