// Fails a pool over with nothing but the stubs that protoc makes of the contracts, follows its progress, prints the
// typed result as JSON.
//
// Usage: pool_fail_over ENDPOINT SERVER_NAME CA CERTIFICATE KEY POOL
package main

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"time"

	"google.golang.org/genproto/googleapis/rpc/code"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	cmdlet "tandem.example/client/stubs/tandem/cmdlet/v1"
	pool "tandem.example/client/stubs/tandem/pool/v1"
)

type refusal struct {
	Code    string `json:"code"`
	Details string `json:"details"`
}

type report struct {
	AskedOperation string   `json:"asked_operation"`
	Plan           string   `json:"plan"`
	Steps          []string `json:"steps"`
	Progress       []string `json:"progress"`
	Verbose        []string `json:"verbose"`
	Operation      string   `json:"operation"`
	Outcome        string   `json:"outcome"`
	ServingPool    string   `json:"serving_pool"`
	ExecutedPlan   string   `json:"executed_plan"`
	Users          uint64   `json:"users"`
	Again          []string `json:"again"`
	Refusal        *refusal `json:"refusal"`
}

// Everything that a call says.
type heard struct {
	plan     *cmdlet.Plan
	progress []string
	verbose  []string
	outputs  []*pool.PoolFailOverResult
}

func connect(endpoint, serverName, ca, certificate, key string) (*grpc.ClientConn, error) {
	pair, err := tls.LoadX509KeyPair(certificate, key)
	if err != nil {
		return nil, err
	}
	authority, err := os.ReadFile(ca)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(authority) {
		return nil, fmt.Errorf("%s holds no certificate", ca)
	}
	secure := credentials.NewTLS(&tls.Config{
		Certificates: []tls.Certificate{pair},
		RootCAs:      roots,
		ServerName:   serverName,
	})
	return grpc.NewClient("dns:///"+endpoint, grpc.WithTransportCredentials(secure))
}

func failOver(service pool.PoolServiceClient, fqdn string, common *cmdlet.CommonParameters) (*heard, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	answers, err := service.InvokeCsPoolFailOver(ctx, &pool.InvokeCsPoolFailOverRequest{Common: common, PoolFqdn: fqdn})
	if err != nil {
		return nil, err
	}
	said := &heard{}
	for {
		answer, err := answers.Recv()
		if errors.Is(err, io.EOF) {
			return said, nil
		}
		if err != nil {
			return nil, err
		}
		if output := answer.GetOutput(); output != nil {
			said.outputs = append(said.outputs, output)
			continue
		}
		switch record := answer.GetStream().GetRecord().(type) {
		case *cmdlet.StreamRecord_Plan:
			said.plan = record.Plan
		case *cmdlet.StreamRecord_Progress:
			said.progress = append(said.progress, record.Progress.GetStatus())
		case *cmdlet.StreamRecord_Verbose:
			said.verbose = append(said.verbose, record.Verbose)
		}
	}
}

// A new operation id: a random UUID.
func operationID() string {
	id := make([]byte, 16)
	rand.Read(id)
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
}

func run(service pool.PoolServiceClient, fqdn string) (*report, error) {
	// A preview changes nothing, and names the plan.
	preview, err := failOver(service, fqdn, &cmdlet.CommonParameters{WhatIf: true})
	if err != nil {
		return nil, err
	}

	// The act is bound to that plan.
	common := &cmdlet.CommonParameters{
		Confirm:      proto.Bool(false),
		Verbose:      true,
		OperationId:  operationID(),
		ExpectedPlan: preview.plan.GetDigest(),
	}
	said, err := failOver(service, fqdn, common)
	if err != nil {
		return nil, err
	}
	output := said.outputs[0]
	told := &report{
		AskedOperation: common.GetOperationId(),
		Plan:           preview.plan.GetDigest(),
		Progress:       said.progress,
		Verbose:        said.verbose,
		Operation:      output.GetOperationId(),
		Outcome:        output.GetOutcome(),
		ServingPool:    output.GetServingPoolFqdn(),
		ExecutedPlan:   output.GetPlan(),
		Users:          output.GetUsers(),
	}
	for _, step := range preview.plan.GetStep() {
		told.Steps = append(told.Steps, step.GetName())
	}

	// The same id again does nothing twice, and answers the same.
	again, err := failOver(service, fqdn, common)
	if err != nil {
		return nil, err
	}
	for _, output := range again.outputs {
		told.Again = append(told.Again, output.GetOperationId())
	}

	// A refusal has a stable id.
	common.OperationId, common.ExpectedPlan = operationID(), ""
	if _, err := failOver(service, fqdn, common); err != nil {
		refused := status.Convert(err)
		told.Refusal = &refusal{Code: code.Code(refused.Code()).String(), Details: refused.Message()}
	}
	return told, nil
}

func main() {
	if len(os.Args) != 7 {
		log.Fatal("usage: pool_fail_over ENDPOINT SERVER_NAME CA CERTIFICATE KEY POOL")
	}
	words := os.Args[1:]
	connection, err := connect(words[0], words[1], words[2], words[3], words[4])
	if err != nil {
		log.Fatal(err)
	}
	defer connection.Close()
	told, err := run(pool.NewPoolServiceClient(connection), words[5])
	if err != nil {
		log.Fatal(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(told); err != nil {
		log.Fatal(err)
	}
}
