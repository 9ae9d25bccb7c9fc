// Package bigquery runs plans on BigQuery through Google's own client. Every statement
// is a job with an id of ours, so that asking again after a lost answer finds the
// job that runs already; raw rows travel as load jobs.
package bigquery
