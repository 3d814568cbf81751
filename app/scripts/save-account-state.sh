#!/bin/sh
# Saves what `sekisho rehearse --account-state FILE` reads: the roles, users, groups and policies of an account, its keys and
# buckets with their policies, the policies of its repositories, topics and queues, the exports of its stacks, and the
# organization with its policies where the caller may see them. It reads and changes nothing.
#
#   AWS_PROFILE=staging sh save-account-state.sh > staging.json
#
# It needs what the AWS managed policy SecurityAudit allows. What is denied is left out, and said on standard error.
set -u

left_out() { echo "left out: $*" >&2; }
answer() { aws "$@" --output json 2>/dev/null || left_out "aws $*"; }
names() { aws "$@" --output text 2>/dev/null | tr '\t' '\n' | grep -v '^None$' || true; }

aws sts get-caller-identity --output json || exit 1
answer iam get-account-authorization-details --filter Role User Group LocalManagedPolicy

names kms list-keys --query 'Keys[].KeyId' | while read -r key; do
  # Keys that AWS manages have policies that nobody can change.
  if [ "$(names kms describe-key --key-id "$key" --query KeyMetadata.KeyManager)" = CUSTOMER ]; then
    answer kms describe-key --key-id "$key"
    answer kms get-key-policy --key-id "$key" --policy-name default
  fi
done
answer kms list-aliases

names s3api list-buckets --query 'Buckets[].Name' | while read -r bucket; do
  printf '{"Bucket": "%s"}\n' "$bucket"
  # A bucket without a policy, or without encryption of its own, has no answer.
  aws s3api get-bucket-policy --bucket "$bucket" --output json 2>/dev/null || true
  aws s3api get-bucket-encryption --bucket "$bucket" --output json 2>/dev/null || true
done

answer cloudformation list-exports
answer ecr describe-repositories
names ecr describe-repositories --query 'repositories[].repositoryName' | while read -r repository; do
  # A repository, topic or queue without a policy has no answer, or an empty one.
  aws ecr get-repository-policy --repository-name "$repository" --output json 2>/dev/null || true
done
names sns list-topics --query 'Topics[].TopicArn' | while read -r topic; do
  answer sns get-topic-attributes --topic-arn "$topic"
done
names sqs list-queues --query 'QueueUrls[]' | while read -r queue; do
  answer sqs get-queue-attributes --queue-url "$queue" --attribute-names QueueArn Policy
done

# The management account and delegated administrators may see the rest; the id alone is for all members.
answer organizations describe-organization
below() {
  printf '{"Parent": "%s"}\n' "$1"
  answer organizations list-accounts-for-parent --parent-id "$1"
  answer organizations list-organizational-units-for-parent --parent-id "$1"
  names organizations list-organizational-units-for-parent --parent-id "$1" --query 'OrganizationalUnits[].Id' |
    while read -r unit; do below "$unit"; done
}
answer organizations list-roots
names organizations list-roots --query 'Roots[].Id' | while read -r root; do below "$root"; done

for kind in SERVICE_CONTROL_POLICY RESOURCE_CONTROL_POLICY; do
  names organizations list-policies --filter "$kind" --query 'Policies[].Id' | while read -r policy; do
    answer organizations describe-policy --policy-id "$policy"
    answer organizations list-targets-for-policy --policy-id "$policy"
  done
done
