//go:build tools

// Names the program, so that `go mod vendor` fetches everything that it is built from.
package h2spec

import _ "github.com/summerwind/h2spec/cmd/h2spec"
