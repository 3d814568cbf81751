//! The resource types that are imagined: what names them, and which rights making, changing and deleting them takes.
//! Source: the `handlers` of the public resource schemas, as far as they are sure.

use super::row::{Row, row};
use gate::Property;

const fn must(name: &'static str) -> Property {
    Property::required(name)
}
const fn list(name: &'static str) -> Property {
    Property::required(name).list()
}
const fn object(name: &'static str) -> Property {
    Property::required(name).structure()
}
const fn document(name: &'static str) -> Property {
    Property::required(name).document()
}

pub(super) static TABLE: &[Row] = &[
    row("AWS::ApplicationAutoScaling::ScalableTarget", "application-autoscaling", "scalable-target/{target-}")
        .by(
            &["application-autoscaling:RegisterScalableTarget"],
            &["application-autoscaling:RegisterScalableTarget"],
            &["application-autoscaling:DeregisterScalableTarget"],
        )
        .passes(&[("RoleARN", "application-autoscaling.amazonaws.com")]),
    row("AWS::CloudWatch::Alarm", "cloudwatch", "alarm:{AlarmName}")
        .gives(&["Arn"])
        .by(&["cloudwatch:PutMetricAlarm"], &["cloudwatch:PutMetricAlarm"], &["cloudwatch:DeleteAlarms"])
        .takes(&[must("ComparisonOperator"), must("EvaluationPeriods")]),
    row("AWS::CloudWatch::CompositeAlarm", "cloudwatch", "alarm:{AlarmName}")
        .gives(&["Arn"])
        .by(&["cloudwatch:PutCompositeAlarm"], &["cloudwatch:PutCompositeAlarm"], &["cloudwatch:DeleteAlarms"])
        .takes(&[must("AlarmRule")]),
    row("AWS::CloudWatch::Dashboard", "cloudwatch", "dashboard/{DashboardName}")
        .by(&["cloudwatch:PutDashboard"], &["cloudwatch:PutDashboard"], &["cloudwatch:DeleteDashboards"])
        .takes(&[document("DashboardBody")]),
    row("AWS::CodeDeploy::Application", "codedeploy", "application:{ApplicationName}").by(
        &["codedeploy:CreateApplication"],
        &["codedeploy:UpdateApplication"],
        &["codedeploy:DeleteApplication"],
    ),
    row("AWS::CodeDeploy::DeploymentConfig", "codedeploy", "deploymentconfig:{DeploymentConfigName}").by(
        &["codedeploy:CreateDeploymentConfig"],
        &[],
        &["codedeploy:DeleteDeploymentConfig"],
    ),
    row("AWS::CodeDeploy::DeploymentGroup", "codedeploy", "deploymentgroup:{ApplicationName}/{DeploymentGroupName}")
        .by(&["codedeploy:CreateDeploymentGroup"], &["codedeploy:UpdateDeploymentGroup"], &["codedeploy:DeleteDeploymentGroup"])
        .takes(&[must("ApplicationName"), must("ServiceRoleArn")])
        .passes(&[("ServiceRoleArn", "codedeploy.amazonaws.com")])
        .assumes("ServiceRoleArn", "InvalidRoleException", "AWS CodeDeploy does not have the permissions required to assume the role"),
    row("AWS::DynamoDB::Table", "dynamodb", "table/{TableName}")
        .gives(&["Arn", "StreamArn"])
        .by(&["dynamodb:CreateTable"], &["dynamodb:UpdateTable"], &["dynamodb:DeleteTable"])
        .takes(&[Property::required("KeySchema").document()]),
    row("AWS::EC2::EIP", "ec2", "elastic-ip/{eipalloc-}").by(&["ec2:AllocateAddress"], &[], &["ec2:ReleaseAddress"]),
    row("AWS::EC2::Instance", "ec2", "instance/{i-}").by(&["ec2:RunInstances"], &[], &["ec2:TerminateInstances"]),
    row("AWS::EC2::InternetGateway", "ec2", "internet-gateway/{igw-}").gives(&["InternetGatewayId=name"]).by(
        &["ec2:CreateInternetGateway"],
        &[],
        &["ec2:DeleteInternetGateway"],
    ),
    row("AWS::EC2::LaunchTemplate", "ec2", "launch-template/{lt-}").by(
        &["ec2:CreateLaunchTemplate"],
        &["ec2:CreateLaunchTemplateVersion"],
        &["ec2:DeleteLaunchTemplate"],
    ),
    row("AWS::EC2::NatGateway", "ec2", "natgateway/{nat-}").by(&["ec2:CreateNatGateway"], &[], &["ec2:DeleteNatGateway"]),
    row("AWS::EC2::Route", "ec2", "route-table/{RouteTableId}")
        .by(&["ec2:CreateRoute"], &["ec2:ReplaceRoute"], &["ec2:DeleteRoute"])
        .takes(&[must("RouteTableId")]),
    row("AWS::EC2::RouteTable", "ec2", "route-table/{rtb-}")
        .gives(&["RouteTableId=name"])
        .by(&["ec2:CreateRouteTable"], &[], &["ec2:DeleteRouteTable"])
        .takes(&[must("VpcId")]),
    row("AWS::EC2::SecurityGroup", "ec2", "security-group/{sg-}")
        .gives(&["GroupId=name", "Id=name", "VpcId"])
        .by(&["ec2:CreateSecurityGroup"], &[], &["ec2:DeleteSecurityGroup"])
        .takes(&[must("GroupDescription")]),
    row("AWS::EC2::SecurityGroupEgress", "ec2", "security-group-rule/{sgr-}").gives(&["Id=name"]).by(
        &["ec2:AuthorizeSecurityGroupEgress"],
        &[],
        &["ec2:RevokeSecurityGroupEgress"],
    ),
    row("AWS::EC2::SecurityGroupIngress", "ec2", "security-group-rule/{sgr-}").gives(&["Id=name"]).by(
        &["ec2:AuthorizeSecurityGroupIngress"],
        &[],
        &["ec2:RevokeSecurityGroupIngress"],
    ),
    row("AWS::EC2::Subnet", "ec2", "subnet/{subnet-}").by(&["ec2:CreateSubnet"], &[], &["ec2:DeleteSubnet"]).takes(&[must("VpcId")]),
    row("AWS::EC2::SubnetRouteTableAssociation", "ec2", "subnet-route-table/{rtbassoc-}")
        .by(&["ec2:AssociateRouteTable"], &[], &["ec2:DisassociateRouteTable"])
        .takes(&[must("RouteTableId"), must("SubnetId")]),
    row("AWS::EC2::VPC", "ec2", "vpc/{vpc-}").by(&["ec2:CreateVpc"], &[], &["ec2:DeleteVpc"]),
    row("AWS::EC2::VPCEndpoint", "ec2", "vpc-endpoint/{vpce-}")
        .by(&["ec2:CreateVpcEndpoint"], &["ec2:ModifyVpcEndpoint"], &["ec2:DeleteVpcEndpoints"])
        .takes(&[must("VpcId")]),
    row("AWS::EC2::VPCGatewayAttachment", "ec2", "vpc/{VpcId}")
        .by(&["ec2:AttachInternetGateway"], &[], &["ec2:DetachInternetGateway"])
        .takes(&[must("VpcId")]),
    row("AWS::ECS::CapacityProvider", "ecs", "capacity-provider/{Name}").by(
        &["ecs:CreateCapacityProvider"],
        &["ecs:UpdateCapacityProvider"],
        &["ecs:DeleteCapacityProvider"],
    ),
    row("AWS::ECS::Cluster", "ecs", "cluster/{ClusterName}").gives(&["Arn"]).by(
        &["ecs:CreateCluster"],
        &["ecs:UpdateCluster"],
        &["ecs:DeleteCluster"],
    ),
    row("AWS::ECS::ClusterCapacityProviderAssociations", "ecs", "cluster/{Cluster}")
        .by(&["ecs:PutClusterCapacityProviders"], &["ecs:PutClusterCapacityProviders"], &["ecs:PutClusterCapacityProviders"])
        .takes(&[must("Cluster")]),
    row("AWS::ElasticLoadBalancingV2::Listener", "elasticloadbalancing", "listener/app/balancer/{listener-}")
        .by_arn()
        .gives(&["ListenerArn"])
        .by(&["elasticloadbalancing:CreateListener"], &["elasticloadbalancing:ModifyListener"], &["elasticloadbalancing:DeleteListener"])
        .takes(&[list("DefaultActions"), must("LoadBalancerArn")]),
    row("AWS::ElasticLoadBalancingV2::ListenerRule", "elasticloadbalancing", "listener-rule/app/balancer/{rule-}")
        .by_arn()
        .gives(&["RuleArn", "IsDefault"])
        .by(&["elasticloadbalancing:CreateRule"], &["elasticloadbalancing:ModifyRule"], &["elasticloadbalancing:DeleteRule"])
        .takes(&[list("Actions"), list("Conditions"), must("Priority")]),
    row("AWS::ElasticLoadBalancingV2::LoadBalancer", "elasticloadbalancing", "loadbalancer/app/{Name}")
        .by_arn()
        .gives(&["CanonicalHostedZoneID", "DNSName", "LoadBalancerArn", "LoadBalancerFullName", "LoadBalancerName=name", "SecurityGroups"])
        .by(
            &["elasticloadbalancing:CreateLoadBalancer"],
            &["elasticloadbalancing:ModifyLoadBalancerAttributes"],
            &["elasticloadbalancing:DeleteLoadBalancer"],
        ),
    row("AWS::ElasticLoadBalancingV2::TargetGroup", "elasticloadbalancing", "targetgroup/{Name}")
        .by_arn()
        .gives(&["LoadBalancerArns", "TargetGroupArn", "TargetGroupFullName", "TargetGroupName=name"])
        .by(
            &["elasticloadbalancing:CreateTargetGroup"],
            &["elasticloadbalancing:ModifyTargetGroup"],
            &["elasticloadbalancing:DeleteTargetGroup"],
        ),
    row("AWS::Lambda::Alias", "lambda", "function:{FunctionName}:{Name}")
        .by_arn()
        .by(&["lambda:CreateAlias"], &["lambda:UpdateAlias"], &["lambda:DeleteAlias"])
        .takes(&[must("FunctionName"), must("FunctionVersion"), must("Name")])
        .on("FunctionName"),
    row("AWS::Lambda::EventSourceMapping", "lambda", "event-source-mapping:{mapping-}")
        .by(&["lambda:CreateEventSourceMapping"], &["lambda:UpdateEventSourceMapping"], &["lambda:DeleteEventSourceMapping"])
        .takes(&[must("FunctionName")]),
    row("AWS::Lambda::Function", "lambda", "function:{FunctionName}")
        .gives(&["Arn", "SnapStartResponse", "SnapStartResponse.ApplyOn", "SnapStartResponse.OptimizationStatus"])
        .by(&["lambda:CreateFunction"], &["lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration"], &["lambda:DeleteFunction"])
        .takes(&[object("Code"), must("Role")])
        .passes(&[("Role", "lambda.amazonaws.com")])
        .assumes("Role", "InvalidParameterValueException", "The role defined for the function cannot be assumed by Lambda."),
    row("AWS::Lambda::LayerVersion", "lambda", "layer:{LayerName}:1")
        .by_arn()
        .by(&["lambda:PublishLayerVersion"], &[], &["lambda:DeleteLayerVersion"])
        .takes(&[object("Content")]),
    row("AWS::Lambda::Version", "lambda", "function:{FunctionName}:1")
        .by_arn()
        .by(&["lambda:PublishVersion"], &[], &["lambda:DeleteFunction"])
        .takes(&[must("FunctionName")])
        .on("FunctionName"),
    row("AWS::Logs::MetricFilter", "logs", "log-group:{LogGroupName}")
        .by(&["logs:PutMetricFilter"], &["logs:PutMetricFilter"], &["logs:DeleteMetricFilter"])
        .takes(&[must("FilterPattern"), must("LogGroupName"), list("MetricTransformations")]),
    row("AWS::Logs::SubscriptionFilter", "logs", "log-group:{LogGroupName}")
        .by(&["logs:PutSubscriptionFilter"], &["logs:PutSubscriptionFilter"], &["logs:DeleteSubscriptionFilter"])
        .takes(&[must("DestinationArn"), must("FilterPattern"), must("LogGroupName")])
        .passes(&[("RoleArn", "logs.amazonaws.com")]),
    row("AWS::SNS::Subscription", "sns", "{TopicArn}:{subscription-}")
        .by_arn()
        .by(&["sns:Subscribe"], &["sns:SetSubscriptionAttributes"], &["sns:Unsubscribe"])
        .takes(&[must("Protocol"), must("TopicArn")])
        .on("TopicArn"),
    row("AWS::SNS::Topic", "sns", "{TopicName}").by_arn().gives(&["TopicArn", "TopicName=name"]).by(
        &["sns:CreateTopic"],
        &["sns:SetTopicAttributes"],
        &["sns:DeleteTopic"],
    ),
    row("AWS::SNS::TopicPolicy", "sns", "{policy-}")
        .gives(&["Id=name"])
        .by(&["sns:SetTopicAttributes"], &["sns:SetTopicAttributes"], &["sns:SetTopicAttributes"])
        .takes(&[document("PolicyDocument"), list("Topics")])
        .policy("PolicyDocument", "Topics"),
    row("AWS::SQS::Queue", "sqs", "{QueueName}").by_url().gives(&["Arn", "QueueName=name", "QueueUrl=url"]).by(
        &["sqs:CreateQueue"],
        &["sqs:SetQueueAttributes"],
        &["sqs:DeleteQueue"],
    ),
    row("AWS::SQS::QueuePolicy", "sqs", "{policy-}")
        .gives(&["Id=name"])
        .by(&["sqs:SetQueueAttributes"], &["sqs:SetQueueAttributes"], &["sqs:SetQueueAttributes"])
        .takes(&[document("PolicyDocument"), list("Queues")])
        .policy("PolicyDocument", "Queues"),
    row("AWS::ServiceDiscovery::PrivateDnsNamespace", "servicediscovery", "namespace/{ns-}")
        .gives(&["Arn", "HostedZoneId", "Id=name"])
        .by(&["servicediscovery:CreatePrivateDnsNamespace"], &[], &["servicediscovery:DeleteNamespace"])
        .takes(&[must("Name"), must("Vpc")]),
    row("AWS::StepFunctions::StateMachine", "states", "stateMachine:{StateMachineName}")
        .by_arn()
        .gives(&["Arn", "Name=name", "StateMachineRevisionId"])
        .by(&["states:CreateStateMachine"], &["states:UpdateStateMachine"], &["states:DeleteStateMachine"])
        .takes(&[must("RoleArn")])
        .passes(&[("RoleArn", "states.amazonaws.com")])
        .assumes(
            "RoleArn",
            "AccessDeniedException",
            "Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume the provided role.",
        ),
];
