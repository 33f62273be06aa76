// The API server of Kubernetes with its etcd in one process, for tests: what it accepts, a cluster accepts. There is
// no controller and no kubelet, so nothing is ever started. Arguments: a folder for etcd, the address at which etcd
// is to listen (http://127.0.0.1:PORT), and those of kube-apiserver.
package main

import (
	"fmt"
	"net/url"
	"os"

	"go.etcd.io/etcd/server/v3/embed"
	"k8s.io/component-base/cli"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
)

func main() {
	folder, address := os.Args[1], os.Args[2]
	if err := startEtcd(folder, address); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	command := app.NewAPIServerCommand()
	command.SetArgs(append([]string{"--etcd-servers=" + address}, os.Args[3:]...))
	os.Exit(cli.Run(command))
}

func startEtcd(folder, address string) error {
	client, err := url.Parse(address)
	if err != nil {
		return err
	}
	// Its members talk here, and there is only one.
	peer := url.URL{Scheme: "http", Host: "127.0.0.1:0"}
	config := embed.NewConfig()
	config.Dir = folder
	config.LogLevel = "error"
	config.UnsafeNoFsync = true // nothing in here outlives a test
	config.ListenClientUrls = []url.URL{*client}
	config.AdvertiseClientUrls = []url.URL{*client}
	config.ListenPeerUrls = []url.URL{peer}
	server, err := embed.StartEtcd(config)
	if err != nil {
		return err
	}
	<-server.Server.ReadyNotify()
	return nil
}
