"""What boto3 sees of the endpoint in AWS_ENDPOINT_URL: lists, launches, tags, stops, cleans up. Facts as JSON on stdout."""

import json

import boto3
from botocore.exceptions import ClientError

REGION = "eu-west-1"
ec2 = boto3.client("ec2", region_name=REGION)
iam = boto3.client("iam")
sts = boto3.client("sts", region_name=REGION)
groups = boto3.client("autoscaling", region_name=REGION)
trail = boto3.client("cloudtrail", region_name=REGION)
facts = {}


def refusal(call, **arguments):
    """The error code, or None where the call worked."""
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return None


def states(ids):
    pages = ec2.get_paginator("describe_instances").paginate(InstanceIds=ids)
    found = [instance for page in pages for r in page["Reservations"] for instance in r["Instances"]]
    return {instance["InstanceId"]: instance["State"]["Name"] for instance in found}


quick = {"Delay": 1, "MaxAttempts": 30}
identity = sts.get_caller_identity()
facts["account"] = identity["Account"]
facts["regions"] = len(ec2.describe_regions()["Regions"])

# Launch, protect, tag, filter, page.
launched = ec2.run_instances(
    ImageId="ami-12345678",
    InstanceType="g4dn.xlarge",
    MinCount=7,
    MaxCount=7,
    TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "team", "Value": "ünïcode & <xml>"}]}],
)
ids = [instance["InstanceId"] for instance in launched["Instances"]]
ec2.get_waiter("instance_running").wait(InstanceIds=ids, WaiterConfig=quick)
facts["launched"] = len(ids)
facts["launchTimeHasZone"] = launched["Instances"][0]["LaunchTime"].tzinfo is not None
ec2.create_tags(Resources=ids[:2], Tags=[{"Key": "stage", "Value": "canary"}])
tagged = ec2.describe_instances(Filters=[{"Name": "tag:stage", "Values": ["canary"]}])
facts["tagged"] = sorted(i["InstanceId"] for r in tagged["Reservations"] for i in r["Instances"]) == sorted(ids[:2])
facts["tagKept"] = next(
    tag["Value"] for tag in tagged["Reservations"][0]["Instances"][0]["Tags"] if tag["Key"] == "team"
)
pages = list(
    ec2.get_paginator("describe_instances").paginate(
        Filters=[{"Name": "instance-type", "Values": ["g4dn.xlarge"]}], PaginationConfig={"PageSize": 5}
    )
)
paged = [i["InstanceId"] for page in pages for r in page["Reservations"] for i in r["Instances"]]
facts["paged"] = set(ids) <= set(paged) and len(paged) == len(set(paged))

# Refusals, by AWS's own codes.
ec2.modify_instance_attribute(InstanceId=ids[0], DisableApiTermination={"Value": True})
attribute = ec2.describe_instance_attribute(InstanceId=ids[0], Attribute="disableApiTermination")
facts["protected"] = attribute["DisableApiTermination"]["Value"]
facts["refusals"] = {
    "terminate protected": refusal(ec2.terminate_instances, InstanceIds=[ids[0]]),
    "terminate, dry run": refusal(ec2.terminate_instances, InstanceIds=[ids[1]], DryRun=True),
    "unknown instance": refusal(ec2.describe_instances, InstanceIds=["i-0123456789abcdef0"]),
    "malformed instance": refusal(ec2.describe_instances, InstanceIds=["nonsense"]),
    "unknown user": refusal(iam.get_user, UserName="nobody-of-that-name"),
}

# Stop, start.
ec2.stop_instances(InstanceIds=[ids[1]])
ec2.get_waiter("instance_stopped").wait(InstanceIds=[ids[1]], WaiterConfig=quick)
facts["stopped"] = states([ids[1]])[ids[1]]
ec2.start_instances(InstanceIds=[ids[1]])
ec2.get_waiter("instance_running").wait(InstanceIds=[ids[1]], WaiterConfig=quick)

# A user of its own: keys and the policy that denies.
iam.create_user(UserName="boto-user")
key = iam.create_access_key(UserName="boto-user")["AccessKey"]
everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
iam.put_user_policy(UserName="boto-user", PolicyName="all", PolicyDocument=json.dumps(everything))
facts["policyReadBack"] = (
    iam.get_user_policy(UserName="boto-user", PolicyName="all")["PolicyDocument"] == everything
)
mine = boto3.Session(aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
facts["owner"] = mine.client("sts", region_name=REGION).get_caller_identity()["Arn"].rsplit("/", 1)[-1]
session_keys = mine.client("sts", region_name=REGION).get_session_token()["Credentials"]
session = boto3.Session(
    aws_access_key_id=session_keys["AccessKeyId"],
    aws_secret_access_key=session_keys["SecretAccessKey"],
    aws_session_token=session_keys["SessionToken"],
)
session_ec2 = session.client("ec2", region_name=REGION)
facts["session"] = {"before": refusal(session_ec2.describe_instances)}
iam.update_access_key(UserName="boto-user", AccessKeyId=key["AccessKeyId"], Status="Inactive")
facts["inactiveKey"] = refusal(mine.client("ec2", region_name=REGION).describe_instances)
facts["session"]["key inactive"] = refusal(session_ec2.describe_instances)
denied = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}
iam.put_user_policy(UserName="boto-user", PolicyName="deny", PolicyDocument=json.dumps(denied))
facts["session"]["user denied"] = refusal(session_ec2.describe_instances)

# The services that boto3 speaks CBOR to.
codebuild = boto3.client("codebuild", region_name=REGION)
project = codebuild.create_project(
    name="boto-project",
    source={"type": "NO_SOURCE"},
    artifacts={"type": "NO_ARTIFACTS"},
    environment={"type": "LINUX_CONTAINER", "image": "i", "computeType": "BUILD_GENERAL1_SMALL"},
    serviceRole="arn:aws:iam::111122223333:role/build",
)["project"]
facts["cbor"] = {
    "created": project["created"].tzinfo is not None,
    "projects": codebuild.list_projects()["projects"],
    "unknown build": refusal(codebuild.stop_build, id="none"),
}

# A group keeps its size.
groups.create_launch_configuration(
    LaunchConfigurationName="boto-lc", ImageId="ami-12345678", InstanceType="m5.large"
)
groups.create_auto_scaling_group(
    AutoScalingGroupName="boto-asg",
    LaunchConfigurationName="boto-lc",
    MinSize=2,
    MaxSize=4,
    AvailabilityZones=[f"{REGION}a"],
)
group = groups.describe_auto_scaling_groups(AutoScalingGroupNames=["boto-asg"])["AutoScalingGroups"][0]
facts["group"] = [group["MinSize"], group["MaxSize"], group["DesiredCapacity"]]
groups.update_auto_scaling_group(AutoScalingGroupName="boto-asg", MinSize=0, MaxSize=0, DesiredCapacity=0)

# What was done stands in the event history.
facts["events"] = sorted(
    {
        event["EventName"]
        for page in trail.get_paginator("lookup_events").paginate(
            LookupAttributes=[{"AttributeKey": "EventSource", "AttributeValue": "ec2.amazonaws.com"}]
        )
        for event in page["Events"]
    }
    & {"RunInstances", "StopInstances", "StartInstances", "CreateTags", "ModifyInstanceAttribute"}
)

# Clean up.
ec2.modify_instance_attribute(InstanceId=ids[0], DisableApiTermination={"Value": False})
ec2.terminate_instances(InstanceIds=ids)
ec2.get_waiter("instance_terminated").wait(InstanceIds=ids, WaiterConfig=quick)
facts["left"] = [id for id, state in states(ids).items() if state != "terminated"]
print(json.dumps(facts))
