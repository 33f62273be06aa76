// Command istio is istioctl, and with `proxy-config-of` as its first word prints, as JSON, what Istio's own control plane
// would send to one proxy of a mesh: listeners, routes, clusters and endpoints. It runs istiod's code on objects from
// files, without a cluster. One program, because building either takes minutes and most of both is the same.
//
//	istio proxy-config-of -mesh mesh.yaml -proxy '{"type":"router","namespace":"edge","labels":{…}}' objects.yaml…
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/wrapperspb"
	"istio.io/istio/istioctl/cmd"
	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pilot/test/xds"
	"istio.io/istio/pkg/config/mesh"
	"istio.io/istio/pkg/log"
	"istio.io/istio/pkg/test"
	"istio.io/istio/pkg/util/protomarshal"
	"sigs.k8s.io/yaml"
)

// proxy is the one that asks, in the words of its pod.
type proxy struct {
	Type      model.NodeType    `json:"type"`
	Namespace string            `json:"namespace"`
	Labels    map[string]string `json:"labels"`
	IP        string            `json:"ip"`
}

func main() {
	if len(os.Args) < 2 || os.Args[1] != "proxy-config-of" {
		if err := cmd.GetRootCmd(os.Args[1:]).Execute(); err != nil {
			os.Exit(cmd.GetExitCode(err))
		}
		return
	}
	flags := flag.NewFlagSet(os.Args[1], flag.ExitOnError)
	meshFile := flags.String("mesh", "", "the mesh configuration, YAML")
	proxyJSON := flags.String("proxy", "", "the proxy that asks, JSON")
	_ = flags.Parse(os.Args[2:])
	if err := run(*meshFile, *proxyJSON, flags.Args()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(meshFile, proxyJSON string, files []string) error {
	// What istiod finds wrong with the objects, it only logs.
	options := log.DefaultOptions()
	options.OutputPaths = []string{"stderr"}
	options.SetDefaultOutputLevel(log.OverrideScopeName, log.WarnLevel)
	if err := log.Configure(options); err != nil {
		return err
	}
	var asking proxy
	if err := json.Unmarshal([]byte(proxyJSON), &asking); err != nil {
		return fmt.Errorf("-proxy: %w", err)
	}
	meshYAML, err := os.ReadFile(meshFile)
	if err != nil {
		return err
	}
	meshConfig := mesh.DefaultMeshConfig()
	if err := protomarshal.ApplyYAMLStrict(string(meshYAML), proto.Clone(meshConfig)); err != nil {
		return fmt.Errorf("mesh configuration: %w", err)
	}
	if meshConfig, err = mesh.ApplyMeshConfigDefaults(string(meshYAML)); err != nil {
		return fmt.Errorf("mesh configuration: %w", err)
	}
	// Statistics of Istio need filters that only Istio's build of Envoy has.
	meshConfig.EnablePrometheusMerge = wrapperspb.Bool(false)
	core, istio, err := split(files)
	if err != nil {
		return err
	}
	return test.Wrap(func(t test.Failer) {
		server := xds.NewFakeDiscoveryServer(t, xds.FakeOptions{
			MeshConfig:             meshConfig,
			KubernetesObjectString: core,
			ConfigString:           istio,
		})
		if err := printConfig(server, asking); err != nil {
			t.Fatal(err)
		}
	})
}

// split tells objects that Kubernetes keeps a cache of from those of Istio, which istiod reads by another way.
func split(files []string) (core, istio string, err error) {
	var cores, istios []string
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return "", "", err
		}
		for _, document := range strings.Split("\n"+string(text), "\n---") {
			var kind struct {
				APIVersion string `json:"apiVersion"`
				Kind       string `json:"kind"`
			}
			if err := yaml.Unmarshal([]byte(document), &kind); err != nil {
				return "", "", fmt.Errorf("%s: %w", file, err)
			}
			switch {
			case kind.Kind == "":
			case strings.Contains(kind.APIVersion, ".istio.io/"):
				istios = append(istios, document)
			case strings.HasPrefix(kind.APIVersion, "gateway.networking.k8s.io/"), kind.APIVersion == "v1",
				kind.APIVersion == "discovery.k8s.io/v1":
				cores = append(cores, document)
			}
		}
	}
	return strings.Join(cores, "\n---\n"), strings.Join(istios, "\n---\n"), nil
}

func printConfig(server *xds.FakeDiscoveryServer, asking proxy) error {
	node := server.SetupProxy(&model.Proxy{
		Type:            asking.Type,
		ConfigNamespace: asking.Namespace,
		Labels:          asking.Labels,
		IPAddresses:     []string{asking.IP},
		Metadata: &model.NodeMetadata{
			Namespace:    asking.Namespace,
			Labels:       asking.Labels,
			IstioVersion: "1.31.0",
			ClusterID:    "Kubernetes",
		},
	})
	parts := map[string][]json.RawMessage{}
	add := func(part string, message proto.Message) error {
		text, err := protomarshal.Marshal(message)
		if err == nil {
			parts[part] = append(parts[part], text)
		}
		return err
	}
	for _, listener := range server.Listeners(node) {
		if err := add("listeners", listener); err != nil {
			return err
		}
	}
	for _, route := range server.Routes(node) {
		if err := add("routes", route); err != nil {
			return err
		}
	}
	for _, cluster := range server.Clusters(node) {
		if err := add("clusters", cluster); err != nil {
			return err
		}
	}
	for _, endpoints := range server.Endpoints(node) {
		if err := add("endpoints", endpoints); err != nil {
			return err
		}
	}
	return json.NewEncoder(os.Stdout).Encode(parts)
}
