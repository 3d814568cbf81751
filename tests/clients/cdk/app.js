// The app of tests/clients/test_cdk.py: the same stack in two accounts.
const { App, CfnOutput, RemovalPolicy, Stack, Tags } = require("aws-cdk-lib");
const { AccountPrincipal, Role, ServicePrincipal } = require("aws-cdk-lib/aws-iam");
const { Key } = require("aws-cdk-lib/aws-kms");
const { BlockPublicAccess, Bucket, BucketEncryption } = require("aws-cdk-lib/aws-s3");
const { StringParameter } = require("aws-cdk-lib/aws-ssm");

const region = process.env.SHOP_REGION;

class Shop extends Stack {
  constructor(scope, name, account, reader) {
    super(scope, name, { env: { account, region } });
    const key = new Key(this, "Key", { alias: "shop", enableKeyRotation: true, removalPolicy: RemovalPolicy.DESTROY });
    const bucket = new Bucket(this, "Bucket", {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.KMS,
      encryptionKey: key,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.DESTROY,
      versioned: true,
    });
    const release = new StringParameter(this, "Release", {
      parameterName: "/shop/release",
      stringValue: process.env.SHOP_RELEASE,
    });
    const readers = new Role(this, "Reader", { assumedBy: new AccountPrincipal(reader), roleName: "ShopReader" });
    bucket.grantRead(readers);
    release.grantRead(readers);
    bucket.grantReadWrite(new Role(this, "Builder", { assumedBy: new ServicePrincipal("codebuild.amazonaws.com") }));
    Tags.of(this).add("team", "shop");
    new CfnOutput(this, "BucketName", { value: bucket.bucketName });
  }
}

const app = new App();
new Shop(app, "shop-dev", process.env.SHOP_DEV, process.env.SHOP_DEV);
new Shop(app, "shop-staging", process.env.SHOP_STAGING, process.env.SHOP_DEV);
