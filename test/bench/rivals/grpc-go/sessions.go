package main

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"

	auth "github.com/envoyproxy/go-control-plane/envoy/service/auth/v3"
	envoytype "github.com/envoyproxy/go-control-plane/envoy/type/v3"
	"github.com/redis/go-redis/v9"
	rpcstatus "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// sessions answers Envoy: allow while the session of the cookie is live, otherwise deny.
type sessions struct {
	auth.UnimplementedAuthorizationServer
	scripter redis.Scripter
	script   *redis.Script
	cookie   string
	words    []string
	nonces   atomic.Int64
}

var allow = &auth.CheckResponse{
	Status:       &rpcstatus.Status{Code: int32(codes.OK)},
	HttpResponse: &auth.CheckResponse_OkResponse{OkResponse: &auth.OkHttpResponse{}},
}

var deny = &auth.CheckResponse{
	Status: &rpcstatus.Status{Code: int32(codes.Unauthenticated)},
	HttpResponse: &auth.CheckResponse_DeniedResponse{DeniedResponse: &auth.DeniedHttpResponse{
		Status: &envoytype.HttpStatus{Code: http.StatusUnauthorized},
	}},
}

func (s *sessions) Check(ctx context.Context, request *auth.CheckRequest) (*auth.CheckResponse, error) {
	credential := s.credentialOf(request)
	if credential == "" {
		return deny, nil
	}
	digest := sha256.Sum256([]byte(credential))
	partition := "curfew:1:{" + hex.EncodeToString(digest[:1]) + "}:"
	keys := []string{
		partition + "session:" + base64.RawURLEncoding.EncodeToString(digest[:]),
		partition + "deadlines",
		partition + "events",
	}
	nonce := strconv.FormatInt(s.nonces.Add(1), 36)
	args := make([]any, 0, 1+len(s.words))
	args = append(args, nonce)
	for _, word := range s.words {
		args = append(args, word)
	}
	reply, err := s.script.Run(ctx, s.scripter, keys, args...).Text()
	if err != nil {
		return nil, status.Error(codes.Unavailable, err.Error())
	}
	if strings.HasPrefix(reply, "live "+nonce+" ") {
		return allow, nil
	}
	return deny, nil
}

func (s *sessions) credentialOf(request *auth.CheckRequest) string {
	asked := request.GetAttributes().GetRequest().GetHttp()
	if line, ok := asked.GetHeaders()["cookie"]; ok {
		return s.valueIn(line)
	}
	// With encode_raw_headers Envoy sends lines instead.
	for _, header := range asked.GetHeaderMap().GetHeaders() {
		if header.GetKey() == "cookie" {
			return s.valueIn(string(header.GetRawValue()))
		}
	}
	return ""
}

func (s *sessions) valueIn(line string) string {
	for pair := range strings.SplitSeq(line, ";") {
		if value, found := strings.CutPrefix(strings.TrimSpace(pair), s.cookie); found {
			return value
		}
	}
	return ""
}
