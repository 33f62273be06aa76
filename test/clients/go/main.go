// The client of grpc-go. ../README.md has the commands.
package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/encoding/gzip"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
)

const (
	checkMethod   = "/envoy.service.auth.v3.Authorization/Check"
	unknownMethod = "/envoy.service.auth.v3.Authorization/Allow"
)

// rawCodec passes bytes through: messages are not tested here.
type rawCodec struct{}

func (rawCodec) Name() string                  { return "proto" }
func (rawCodec) Marshal(v any) ([]byte, error) { return *v.(*[]byte), nil }
func (rawCodec) Unmarshal(data []byte, v any) error {
	*v.(*[]byte) = append([]byte{}, data...)
	return nil
}

func main() {
	connection, err := grpc.NewClient("passthrough:///"+os.Args[1],
		grpc.WithTransportCredentials(transportCredentials(os.Args[2:])),
		grpc.WithNoProxy(), grpc.WithDisableServiceConfig(), grpc.WithDisableRetry())
	must(err)
	commands := bufio.NewScanner(os.Stdin)
	for commands.Scan() {
		words := strings.Fields(commands.Text())
		switch words[0] {
		case "check":
			check(connection, words[1:])
		case "health":
			reply, err := grpc_health_v1.NewHealthClient(connection).Check(context.Background(), healthRequest(words[1]))
			fmt.Printf("%d %d\n", status.Code(err), reply.GetStatus())
		case "watch":
			watch(connection, words[1])
		case "unknown":
			request, reply := []byte{}, []byte{}
			err := connection.Invoke(context.Background(), unknownMethod, &request, &reply, grpc.ForceCodec(rawCodec{}))
			fmt.Printf("%d\n", status.Code(err))
		}
	}
}

func transportCredentials(files []string) credentials.TransportCredentials {
	if len(files) == 0 {
		return insecure.NewCredentials()
	}
	authorities := x509.NewCertPool()
	pem, err := os.ReadFile(files[0])
	must(err)
	authorities.AppendCertsFromPEM(pem)
	config := &tls.Config{RootCAs: authorities}
	if len(files) > 1 {
		pair, err := tls.LoadX509KeyPair(files[1], files[2])
		must(err)
		config.Certificates = []tls.Certificate{pair}
	}
	return credentials.NewTLS(config)
}

func check(connection *grpc.ClientConn, words []string) {
	times, timeoutMs, cancelMs := number(words[0]), number(words[1]), number(words[2])
	request, err := os.ReadFile(words[4])
	must(err)
	options := []grpc.CallOption{grpc.ForceCodec(rawCodec{})}
	if words[3] == "gzip" {
		options = append(options, grpc.UseCompressor(gzip.Name))
	}
	counts := map[codes.Code]int{}
	var first []byte
	var message string
	var lock sync.Mutex
	var all sync.WaitGroup
	for range times {
		all.Add(1)
		go func() {
			defer all.Done()
			call, cancel := context.WithCancel(context.Background())
			defer cancel()
			if timeoutMs > 0 {
				call, cancel = context.WithTimeout(call, time.Duration(timeoutMs)*time.Millisecond)
				defer cancel()
			}
			if cancelMs > 0 {
				time.AfterFunc(time.Duration(cancelMs)*time.Millisecond, cancel)
			}
			var reply []byte
			err := connection.Invoke(call, checkMethod, &request, &reply, options...)
			lock.Lock()
			defer lock.Unlock()
			counts[status.Code(err)]++
			if first == nil {
				first = reply
			}
			if err != nil {
				message = status.Convert(err).Message()
			}
		}()
	}
	all.Wait()
	fmt.Printf("%s %s %s\n", counted(counts), hex(first), message)
}

func watch(connection *grpc.ClientConn, service string) {
	stream, err := grpc_health_v1.NewHealthClient(connection).Watch(context.Background(), healthRequest(service))
	must(err)
	for {
		reply, err := stream.Recv()
		if err != nil {
			fmt.Printf("end %d\n", status.Code(err))
			return
		}
		fmt.Printf("status %d\n", reply.GetStatus())
	}
}

func healthRequest(service string) *grpc_health_v1.HealthCheckRequest {
	return &grpc_health_v1.HealthCheckRequest{Service: strings.TrimPrefix(service, "-")}
}

func counted(counts map[codes.Code]int) string {
	parts := []string{}
	for code, count := range counts {
		parts = append(parts, fmt.Sprintf("%d=%d", code, count))
	}
	sort.Strings(parts)
	return strings.Join(parts, ",")
}

func hex(bytes []byte) string {
	if bytes == nil {
		return "-"
	}
	return fmt.Sprintf("%x", bytes)
}

func number(text string) int {
	value, err := strconv.Atoi(text)
	must(err)
	return value
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
