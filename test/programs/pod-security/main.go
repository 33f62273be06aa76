// Judges pods as the admission plugin of Kubernetes does, by its own code. Standard input is JSON: the labels of the
// namespace, and pods. Each violation of the level that the labels enforce is one line of output.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

type question struct {
	NamespaceLabels map[string]string `json:"namespaceLabels"`
	Pods            []struct {
		Metadata metav1.ObjectMeta `json:"metadata"`
		Spec     corev1.PodSpec    `json:"spec"`
	} `json:"pods"`
}

func main() {
	if err := judge(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func judge() error {
	var asked question
	decoder := json.NewDecoder(os.Stdin)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&asked); err != nil {
		return err
	}
	privileged := api.LevelVersion{Level: api.LevelPrivileged, Version: api.LatestVersion()}
	none := api.Policy{Enforce: privileged, Audit: privileged, Warn: privileged}
	wanted, faults := api.PolicyToEvaluate(asked.NamespaceLabels, none)
	if len(faults) > 0 {
		return faults.ToAggregate()
	}
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		return err
	}
	for _, pod := range asked.Pods {
		results := evaluator.EvaluatePod(wanted.Enforce, &pod.Metadata, &pod.Spec)
		if result := policy.AggregateCheckResults(results); !result.Allowed {
			fmt.Printf("%s is not %s: %s\n", pod.Metadata.Name, wanted.Enforce.Level, result.ForbiddenDetail())
		}
	}
	return nil
}
