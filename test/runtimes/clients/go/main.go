package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

type event struct {
	N    int  `json:"n"`
	Fail bool `json:"fail"`
}

type answer struct {
	ID string `json:"id"`
	N  int    `json:"n"`
}

func handle(ctx context.Context, in event) (answer, error) {
	fmt.Println("seen", in.N)
	if in.Fail {
		return answer{}, errors.New("no luck")
	}
	seen, _ := lambdacontext.FromContext(ctx)
	return answer{ID: seen.AwsRequestID, N: 6 * in.N}, nil
}

func main() { lambda.Start(handle) }
