/* SPDX-License-Identifier: Apache-2.0 */
/* EC2 calls in the two forms of their records; the expected ones follow real records. */
#include "base/own.h"
#include "support/exchange_text.h"
#include "support/tap.h"

static struct arena arena;

static struct protocol_call read_exchange(const char *form, const char *reply) {
    struct str text = arena_format(&arena,
        "POST /\nContent-Type: application/x-www-form-urlencoded\n%s\nVersion=2016-11-15&%s",
        EXCHANGE_SIGNED("ec2"), form);
    struct bytes body;
    struct protocol_request request = exchange_request(&arena, text, &body);
    return exchange_read(&arena, &request, body, str_from(reply));
}

static void old_operations_have_sets_of_items(void) {
    static const struct {
        const char *form, *parameters;
    } cases[] = {
        {"Action=DescribeVpcs", "{\"vpcSet\":{},\"filterSet\":{}}"},
        {"Action=DescribeVpcs&VpcId.1=vpc-1",
            "{\"filterSet\":{},\"vpcSet\":{\"items\":[{\"vpcId\":\"vpc-1\"}]}}"},
        {"Action=DescribeImages&Owner.1=amazon&Filter.1.Name=name&Filter.1.Value.1=true&IncludeDeprecated="
         "false",
            "{\"executableBySet\":{},\"imagesSet\":{},\"ownersSet\":{\"items\":[{\"owner\":\"amazon\"}]},"
            "\"filterSet\":{\"items\":[{\"name\":\"name\",\"valueSet\":{\"items\":[{\"value\":\"true\"}]}}]},"
            "\"includeDeprecated\":false}"},
        {"Action=CreateVpc&CidrBlock=10.0.0.0%2F16&TagSpecification.1.ResourceType=vpc&"
         "TagSpecification.1.Tag.1.Key=k&TagSpecification.1.Tag.1.Value=true",
            "{\"cidrBlock\":\"10.0.0.0/16\",\"tagSpecificationSet\":{\"items\":[{\"resourceType\":\"vpc\","
            "\"tags\":[{\"key\":\"k\",\"value\":\"true\"}]}]}}"},
        {"Action=CreateTags&ResourceId.1=i-1&Tag.1.Key=k&Tag.1.Value=1",
            "{\"resourcesSet\":{\"items\":[{\"resourceId\":\"i-1\"}]},\"tagSet\":{\"items\":[{\"key\":\"k\","
            "\"value\":\"1\"}]}}"},
        {"Action=RevokeSecurityGroupIngress&GroupId=sg-1&IpProtocol=tcp&FromPort=22&ToPort=-1",
            "{\"ipPermissions\":{},\"groupId\":\"sg-1\",\"ipProtocol\":\"tcp\",\"fromPort\":22,\"toPort\":-"
            "1}"},
        {"Action=AuthorizeSecurityGroupEgress&GroupId=sg-1&IpPermissions.1.IpProtocol=-1&"
         "IpPermissions.1.IpRanges.1.CidrIp=0.0.0.0%2F0",
            "{\"groupId\":\"sg-1\",\"ipPermissions\":{\"items\":[{\"ipProtocol\":\"-1\",\"ipRanges\":{"
            "\"items\":[{"
            "\"cidrIp\":\"0.0.0.0/0\"}]},\"groups\":{},\"ipv6Ranges\":{},\"prefixListIds\":{}}]}}"},
        {"Action=RunInstances&ImageId=ami-1&MinCount=1&MaxCount=2&InstanceType=t3.micro&Monitoring.Enabled="
         "false&"
         "SecurityGroupId.1=sg-1&UserData=canary&NetworkInterface.1.DeviceIndex=0",
            "{\"instancesSet\":{\"items\":[{\"imageId\":\"ami-1\",\"minCount\":1,\"maxCount\":2}]},"
            "\"blockDeviceMapping\":{},\"instanceType\":\"t3.micro\",\"monitoring\":{\"enabled\":false},"
            "\"groupSet\":{\"items\":[{\"groupId\":\"sg-1\"}]},\"userData\":\"HIDDEN_DUE_TO_SECURITY_"
            "REASONS\","
            "\"networkInterfaceSet\":{\"items\":[{\"deviceIndex\":0}]}}"},
        {"Action=TerminateInstances&InstanceId.1=i-1&InstanceId.2=i-2",
            "{\"instancesSet\":{\"items\":[{\"instanceId\":\"i-1\"},{\"instanceId\":\"i-2\"}]}}"},
        {"Action=CreateVolume&AvailabilityZone=eu-west-1a&Size=1",
            "{\"zone\":\"eu-west-1a\",\"size\":\"1\"}"},
        {"Action=ModifyInstanceAttribute&InstanceId=i-1&DisableApiTermination.Value=true",
            "{\"instanceId\":\"i-1\",\"disableApiTermination\":{\"value\":true}}"},
        {"Action=ModifySnapshotAttribute&SnapshotId=s&CreateVolumePermission.Add.1.UserId=123456789012",
            "{\"snapshotId\":\"s\",\"createVolumePermission\":{\"add\":{\"items\":[{\"userId\":"
            "\"123456789012\"}]}}}"},
        {"Action=DescribeVpcAttribute&VpcId=vpc-1&Attribute=enableDnsSupport",
            "{\"vpcId\":\"vpc-1\",\"attribute\":\"enableDnsSupport\"}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct protocol_call call = read_exchange(cases[i].form, "200");
        EXPECT(call.kind == PROTOCOL_EC2 && call.casing == CALL_CASED);
        EXPECT(is_text("parameters", call.parts[0].request.json, cases[i].parameters));
    }
}

static void later_operations_are_their_xml(void) {
    static const struct {
        const char *form, *parameters;
    } cases[] = {
        {"Action=CreateNatGateway&SubnetId=subnet-1&TagSpecification.1.ResourceType=natgateway&"
         "TagSpecification.1.Tag.1.Key=a&TagSpecification.1.Tag.1.Value=true&TagSpecification.1.Tag.2.Key=b",
            "{\"CreateNatGatewayRequest\":{\"SubnetId\":\"subnet-1\",\"TagSpecification\":{\"ResourceType\":"
            "\"natgateway\",\"Tag\":[{\"Key\":\"a\",\"Value\":true,\"tag\":1},{\"Key\":\"b\",\"tag\":2}],"
            "\"tag\":1}}}"},
        {"Action=DescribeFlowLogs&FlowLogId.1=fl-1",
            "{\"DescribeFlowLogsRequest\":{\"FlowLogId\":{\"tag\":1,\"content\":\"fl-1\"}}}"},
        {"Action=DescribeHosts&MaxResults=500", "{\"DescribeHostsRequest\":{\"MaxResults\":500}}"},
        {"Action=DescribeEgressOnlyInternetGateways", "{\"DescribeEgressOnlyInternetGatewaysRequest\":\"\"}"},
        {"Action=CreateLaunchTemplate&LaunchTemplateData.UserData=canary&Name=n",
            "{\"CreateLaunchTemplateRequest\":{\"LaunchTemplateData\":{\"UserData\":"
            "\"HIDDEN_DUE_TO_SECURITY_REASONS\"},\"Name\":\"n\"}}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        EXPECT(is_text(
            "parameters", read_exchange(cases[i].form, "200").parts[0].request.json, cases[i].parameters));
}

static void results_of_old_operations_begin_with_the_request(void) {
    struct protocol_call call = read_exchange("Action=RunInstances&ImageId=ami-1",
        "200\n\n<?xml version=\"1.0\"?><RunInstancesResponse "
        "xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">"
        "<reservationId>r-1</reservationId><requestId>q-1</requestId><groupSet/"
        "><instancesSet><item><instanceId>"
        "i-1</instanceId><instanceState><code>0</code><name>pending</name></instanceState><dnsName/"
        "><launchTime>"
        "2023-07-10T11:55:21.000Z</launchTime><sourceDestCheck>true</sourceDestCheck><tagSet><item><key>k</"
        "key>"
        "<value>true</value></item></tagSet><stateReason><code>pending</code></stateReason></item></"
        "instancesSet>"
        "</RunInstancesResponse>");
    EXPECT(is_text("result", call.parts[0].response.json,
        "{\"requestId\":\"q-1\",\"reservationId\":\"r-1\",\"groupSet\":{},\"instancesSet\":{\"items\":[{"
        "\"instanceId\":\"i-1\",\"instanceState\":{\"code\":0,\"name\":\"pending\"},\"launchTime\":"
        "1688990121000,"
        "\"sourceDestCheck\":true,\"tagSet\":{\"items\":[{\"key\":\"k\",\"value\":\"true\"}]},"
        "\"stateReason\":{"
        "\"code\":\"pending\"}}]}}"));
    EXPECT(str_is(call.request_id, "q-1"));
    call = read_exchange("Action=DeleteVpc&VpcId=vpc-1",
        "200\n\n<DeleteVpcResponse><requestId>q</requestId><return>true</return></DeleteVpcResponse>");
    EXPECT(is_text("result", call.parts[0].response.json, "{\"requestId\":\"q\",\"_return\":true}"));
    call = read_exchange("Action=CreateVolume&AvailabilityZone=z",
        "200\n\n<CreateVolumeResponse><requestId>q</requestId><availabilityZone>z</availabilityZone><size>1</"
        "size>"
        "<createTime>2023-07-10T12:10:25.000Z</createTime></CreateVolumeResponse>");
    EXPECT(is_text("result", call.parts[0].response.json,
        "{\"requestId\":\"q\",\"zone\":\"z\",\"size\":\"1\",\"createTime\":1688991025000}"));
    call = read_exchange("Action=CreateKeyPair&KeyName=k",
        "200\n\n<CreateKeyPairResponse><requestId>q</requestId><keyMaterial>canary</keyMaterial>"
        "</CreateKeyPairResponse>");
    EXPECT(is_text("result", call.parts[0].response.json, "{\"requestId\":\"q\"}"));
}

static void results_of_later_operations_are_their_xml(void) {
    struct protocol_call call = read_exchange("Action=CreateNatGateway&SubnetId=s",
        "200\n\n<CreateNatGatewayResponse><requestId>q</requestId><natGateway><natGatewayAddressSet><item>"
        "<isPrimary>true</isPrimary></item></natGatewayAddressSet><tagSet><item><key>a</key></"
        "item><item><key>b"
        "</key></item></tagSet></natGateway><unsuccessful/></CreateNatGatewayResponse>");
    EXPECT(is_text("result", call.parts[0].response.json,
        "{\"CreateNatGatewayResponse\":{\"xmlns\":\"http://ec2.amazonaws.com/doc/2016-11-15/\",\"requestId\":"
        "\"q\",\"natGateway\":{\"natGatewayAddressSet\":{\"item\":{\"isPrimary\":true}},\"tagSet\":{\"item\":"
        "[{"
        "\"key\":\"a\"},{\"key\":\"b\"}]}},\"unsuccessful\":\"\"}}"));
}

static void errors_say_whose_fault_it_was(void) {
    struct protocol_call call =
        read_exchange("Action=DeleteVpc&VpcId=v", "400\n\n<Response><Errors><Error><Code>InvalidVpcID."
                                                  "NotFound</Code><Message>m</Message></Error></Errors>"
                                                  "<RequestID>q-2</RequestID></Response>");
    EXPECT(is_text("code", call.error_code, "Client.InvalidVpcID.NotFound"));
    EXPECT(str_is(call.error_message, "m") && str_is(call.request_id, "q-2"));
    call = read_exchange("Action=RunInstances",
        "500\n\n<Response><Errors><Error><Code>InsufficientInstanceCapacity</Code></"
        "Error></Errors></Response>");
    EXPECT(is_text("code", call.error_code, "Server.InsufficientInstanceCapacity"));
    call = read_exchange("Action=RunInstances",
        "401\n\n<Response><Errors><Error><Code>AuthFailure</Code></Error></Errors></Response>");
    EXPECT(call.was_refused_as_unauthenticated);
}

int main(void) {
    TEST(old_operations_have_sets_of_items);
    TEST(later_operations_are_their_xml);
    TEST(results_of_old_operations_begin_with_the_request);
    TEST(results_of_later_operations_are_their_xml);
    TEST(errors_say_whose_fault_it_was);
    arena_finish(&arena);
    return tap_done();
}
