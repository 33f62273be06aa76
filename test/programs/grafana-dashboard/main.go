// Reads a dashboard as strictly as Grafana's own definitions allow: no field that they do not know, none missing, none
// of another type, and no unit by another name.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/cog/variants"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/heatmap"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
	"github.com/grafana/grafana-foundation-sdk/go/statetimeline"
	"github.com/grafana/grafana-foundation-sdk/go/table"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
	"github.com/grafana/grafana-foundation-sdk/go/units"
)

// The units that the dashboard may use: add one here by its name in Grafana.
var known = map[string]bool{
	units.NoUnit:            true,
	units.PercentUnit:       true,
	units.Seconds:           true,
	units.Milliseconds:      true,
	units.BytesIEC:          true,
	units.CountsPerSecond:   true,
	units.RequestsPerSecond: true,
	units.DateTimeFromNow:   true,
}

// The kinds of panel that the dashboard may use; the definitions of others are not built in.
var kinds = []variants.PanelcfgConfig{
	heatmap.VariantConfig(),
	stat.VariantConfig(),
	statetimeline.VariantConfig(),
	table.VariantConfig(),
	timeseries.VariantConfig(),
}

func main() {
	if err := check(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func check(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	isKind := map[string]bool{"row": true}
	for _, kind := range kinds {
		cog.NewRuntime().RegisterPanelcfgVariant(kind)
		isKind[kind.Identifier] = true
	}
	cog.NewRuntime().RegisterDataqueryVariant(prometheus.VariantConfig())
	var whole dashboard.Dashboard
	// Without a fault it gives an empty list of faults, which is an error that is not nil.
	if err := whole.UnmarshalJSONStrict(text); err != nil && err.Error() != "" {
		return err
	}
	if err := whole.Validate(); err != nil {
		return err
	}
	var found struct {
		Panels []struct {
			Title       string
			Type        string
			FieldConfig struct{ Defaults struct{ Unit *string } }
		}
	}
	if err := json.Unmarshal(text, &found); err != nil {
		return err
	}
	for _, panel := range found.Panels {
		if !isKind[panel.Type] {
			return fmt.Errorf("%s: main.go does not list the kind of panel %q", panel.Title, panel.Type)
		}
		if unit := panel.FieldConfig.Defaults.Unit; unit != nil && !known[*unit] {
			return fmt.Errorf("%s: Grafana has no unit %q, or main.go does not list it", panel.Title, *unit)
		}
	}
	return nil
}
