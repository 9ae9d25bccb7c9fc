package redshift

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/redshift"
	"github.com/aws/aws-sdk-go-v2/service/redshiftserverless"
	"github.com/aws/smithy-go"

	"github.com/nexus-host/nexus-host/host/warehouse"
)

// load reads the AWS configuration. Variables of the project's environment go before the process's.
func (a AWS) load(ctx context.Context) (aws.Config, error) {
	get := func(name string) string {
		if a.Env == nil {
			return ""
		}
		v, _ := a.Env(name)
		return v
	}
	var with []func(*config.LoadOptions) error
	if profile := first(a.Profile, get("AWS_PROFILE")); profile != "" {
		with = append(with, config.WithSharedConfigProfile(profile))
	} else if id := get("AWS_ACCESS_KEY_ID"); id != "" {
		with = append(with, config.WithCredentialsProvider(credentials.NewStaticCredentialsProvider(id, get("AWS_SECRET_ACCESS_KEY"), get("AWS_SESSION_TOKEN"))))
	}
	if region := first(a.Region, get("AWS_REGION"), get("AWS_DEFAULT_REGION")); region != "" {
		with = append(with, config.WithRegion(region))
	}
	if a.HTTP != nil {
		with = append(with, config.WithHTTPClient(a.HTTP))
	}
	c, err := config.LoadDefaultConfig(ctx, with...)
	if err != nil {
		return c, &warehouse.SettingError{Setting: "iam_profile", Hint: "it is a profile of the AWS configuration files", Err: fmt.Errorf("redshift: %w", err)}
	}
	if c.Region == "" {
		return c, &warehouse.SettingError{Setting: "region", Hint: "such as eu-west-1; AWS_REGION and the AWS configuration give none either", Err: errors.New("redshift: no AWS region")}
	}
	if a.Endpoint != "" {
		c.BaseEndpoint = aws.String(a.Endpoint)
	}
	return c, nil
}

func first(texts ...string) string {
	for _, s := range texts {
		if s != "" {
			return s
		}
	}
	return ""
}

// login keeps temporary credentials until shortly before they expire.
type login struct {
	ask func(context.Context) (user, password string, expires time.Time, err error)
	now func() time.Time

	mu             sync.Mutex
	user, password string
	until          time.Time
}

// early is how long before their end credentials are requested again.
const early = 2 * time.Minute

// credentials are the user and password of a new connection.
func (l *login) credentials(ctx context.Context) (user, password string, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.user == "" || !l.now().Before(l.until) {
		user, password, expires, err := l.ask(ctx)
		if err != nil {
			return "", "", err
		}
		l.user, l.password, l.until = user, password, expires.Add(-early)
	}
	return l.user, l.password, nil
}

// newLogin asks AWS where the server is, unless o says so, and for the first credentials.
func newLogin(ctx context.Context, o *Options) (*login, error) {
	c, err := o.IAM.load(ctx)
	if err != nil {
		return nil, err
	}
	l := &login{now: time.Now}
	if o.IAM.Workgroup != "" {
		err = l.serverless(ctx, redshiftserverless.NewFromConfig(c), o)
	} else {
		err = l.provisioned(ctx, redshift.NewFromConfig(c), o)
	}
	if err != nil {
		return nil, err
	}
	if _, _, err := l.credentials(ctx); err != nil {
		return nil, err
	}
	return l, nil
}

func (l *login) serverless(ctx context.Context, client *redshiftserverless.Client, o *Options) error {
	name := aws.String(o.IAM.Workgroup)
	l.ask = func(ctx context.Context) (string, string, time.Time, error) {
		out, err := client.GetCredentials(ctx, &redshiftserverless.GetCredentialsInput{WorkgroupName: name, DbName: &o.Database})
		if err != nil {
			return "", "", time.Time{}, iamError("workgroup", err)
		}
		return aws.ToString(out.DbUser), aws.ToString(out.DbPassword), aws.ToTime(out.Expiration), nil
	}
	if o.Host != "" {
		return nil
	}
	out, err := client.GetWorkgroup(ctx, &redshiftserverless.GetWorkgroupInput{WorkgroupName: name})
	if err != nil {
		return iamError("workgroup", err)
	}
	if out.Workgroup == nil || out.Workgroup.Endpoint == nil {
		return notReady("workgroup")
	}
	o.Host, o.Port = aws.ToString(out.Workgroup.Endpoint.Address), int(aws.ToInt32(out.Workgroup.Endpoint.Port))
	return nil
}

func (l *login) provisioned(ctx context.Context, client *redshift.Client, o *Options) error {
	name := aws.String(o.IAM.Cluster)
	l.ask = func(ctx context.Context) (string, string, time.Time, error) {
		if o.User == "" {
			out, err := client.GetClusterCredentialsWithIAM(ctx,
				&redshift.GetClusterCredentialsWithIAMInput{ClusterIdentifier: name, DbName: &o.Database})
			if err != nil {
				return "", "", time.Time{}, iamError("cluster_identifier", err)
			}
			return aws.ToString(out.DbUser), aws.ToString(out.DbPassword), aws.ToTime(out.Expiration), nil
		}
		out, err := client.GetClusterCredentials(ctx, &redshift.GetClusterCredentialsInput{
			ClusterIdentifier: name, DbName: &o.Database, DbUser: &o.User, AutoCreate: &o.IAM.AutoCreate, DbGroups: o.IAM.Groups,
		})
		if err != nil {
			return "", "", time.Time{}, iamError("cluster_identifier", err)
		}
		return aws.ToString(out.DbUser), aws.ToString(out.DbPassword), aws.ToTime(out.Expiration), nil
	}
	if o.Host != "" {
		return nil
	}
	out, err := client.DescribeClusters(ctx, &redshift.DescribeClustersInput{ClusterIdentifier: name})
	if err != nil {
		return iamError("cluster_identifier", err)
	}
	if len(out.Clusters) == 0 || out.Clusters[0].Endpoint == nil {
		return notReady("cluster_identifier")
	}
	o.Host, o.Port = aws.ToString(out.Clusters[0].Endpoint.Address), int(aws.ToInt32(out.Clusters[0].Endpoint.Port))
	return nil
}

func notReady(key string) error {
	return &warehouse.SettingError{Setting: key, Hint: "it may be starting or paused", Err: errors.New("redshift: AWS knows it, and it has no address")}
}

// iamError names the setting that AWS does not like.
func iamError(key string, err error) error {
	e := &warehouse.SettingError{Setting: key, Hint: "is it in this region and account?", Err: fmt.Errorf("redshift: temporary credentials: %w", err)}
	var api smithy.APIError
	switch {
	case !errors.As(err, &api):
		e.Setting, e.Hint = "region", "AWS could not be asked: is the region right, are there AWS credentials, and can this machine reach it?"
	case api.ErrorCode() == "AccessDenied" || api.ErrorCode() == "AccessDeniedException" || api.ErrorCode() == "InvalidClientTokenId" || api.ErrorCode() == "ExpiredToken":
		e.Setting, e.Hint = "iam_profile", "these AWS credentials may not get credentials of the database"
	}
	return e
}
