// A rival to compare with: a purpose-built server in Go that checks sessions for Envoy, and does nothing else.
// One cookie, one script, one answer: no policies, no metrics, no metadata, no limits.
package main

import (
	"context"
	"flag"
	"log"
	"net"
	"os"
	"strings"

	auth "github.com/envoyproxy/go-control-plane/envoy/service/auth/v3"
	"github.com/redis/go-redis/v9"
	"google.golang.org/grpc"
)

func main() {
	address := flag.String("address", "127.0.0.1:9001", "where to listen")
	redisAddress := flag.String("redis", "127.0.0.1:6379", "where Redis is")
	scriptPath := flag.String("script", "", "file with the text of the script")
	cookie := flag.String("cookie", "", "name of the cookie that carries the session")
	words := flag.String("words", "", "the script's arguments behind the nonce, joined by commas")
	calls := flag.String("calls", "pool", "how Redis is called: pool or autopipeline")
	workers := flag.Uint("stream-workers", 0, "goroutines kept for calls; 0: a new one for each call")
	flag.Parse()

	text, err := os.ReadFile(*scriptPath)
	if err != nil {
		log.Fatal(err)
	}
	client := redis.NewClient(&redis.Options{Addr: *redisAddress})
	var scripter redis.Scripter = client
	if *calls == "autopipeline" {
		if scripter, err = client.AutoPipeline(); err != nil {
			log.Fatal(err)
		}
	}
	script := redis.NewScript(string(text))
	if err := script.Load(context.Background(), client).Err(); err != nil {
		log.Fatal(err)
	}
	listener, err := net.Listen("tcp", *address)
	if err != nil {
		log.Fatal(err)
	}
	server := grpc.NewServer(grpc.NumStreamWorkers(uint32(*workers)))
	auth.RegisterAuthorizationServer(server, &sessions{
		scripter: scripter,
		script:   script,
		cookie:   *cookie + "=",
		words:    strings.Split(*words, ","),
	})
	log.Fatal(server.Serve(listener))
}
