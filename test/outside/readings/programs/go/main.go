// Command go serves the example site with net/http: go servemux|fileserver PORT [FOLDER].
package main

import (
	"log"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"strings"
)

func main() {
	var site http.Handler
	switch os.Args[1] {
	case "servemux":
		site = pages()
	case "fileserver":
		site = naming(http.FileServer(namedFiles{os.Args[3]}))
	}
	server := &http.Server{
		Addr:     "127.0.0.1:" + os.Args[2],
		Handler:  versioned(site),
		ErrorLog: log.New(discard{}, "", 0),
	}
	log.Fatal(server.ListenAndServe())
}

func versioned(site http.Handler) http.Handler {
	version := strings.TrimSpace("net/http of " + runtime.Version() + " " + os.Getenv("GODEBUG"))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/version" {
			answer(w, "/version", version)
		} else if r.URL.Path == "/request" {
			host := &url.URL{Host: r.Host}
			w.Header().Set("x-host", url.QueryEscape(host.Hostname()))
			w.Header().Set("x-method", r.Method)
			named(w, "/request")
		} else {
			site.ServeHTTP(w, r)
		}
	})
}

func pages() http.Handler {
	mux := http.NewServeMux()
	for _, page := range []string{"/login", "/payments", "/admin/users", "/reports/q1", "/Reports/Q2"} {
		mux.HandleFunc(page, func(w http.ResponseWriter, r *http.Request) { named(w, page) })
	}
	if os.Getenv("GODEBUG") == "" {
		mux.HandleFunc("/accounts/login/{$}", func(w http.ResponseWriter, r *http.Request) { named(w, "/accounts/login/") })
		mux.HandleFunc("/payments/{id}", func(w http.ResponseWriter, r *http.Request) {
			answer(w, "/payments/{id}", r.PathValue("id"))
		})
	} else {
		// Before Go 1.22 a pattern that ends in a slash was a folder, and there were no parameters.
		mux.HandleFunc("/payments/", func(w http.ResponseWriter, r *http.Request) {
			answer(w, "/payments/{rest}", strings.TrimPrefix(r.URL.Path, "/payments/"))
		})
		mux.HandleFunc("/accounts/login/", func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/accounts/login/" {
				http.NotFound(w, r)
				return
			}
			named(w, "/accounts/login/")
		})
	}
	for _, folder := range []string{"/vault", "/public"} {
		mux.Handle(folder+"/", http.StripPrefix(folder, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			answer(w, folder+"/{rest}", strings.TrimPrefix(r.URL.Path, "/"))
		})))
	}
	return mux
}

func named(w http.ResponseWriter, page string) { w.Header().Set("x-page", page) }

func answer(w http.ResponseWriter, page, value string) {
	named(w, page)
	w.Header().Set("x-value", strings.ReplaceAll(url.QueryEscape(value), "+", "%20"))
}

// namedFiles keeps the name of the file that is opened last, which is the one that is served.
type namedFiles struct{ folder string }

var opened string

func (files namedFiles) Open(name string) (http.File, error) {
	file, err := http.Dir(files.folder).Open(name)
	if err != nil {
		return nil, err
	}
	// Last comes the file, or the folder that is listed. A folder's index.html is its page.
	opened = strings.TrimSuffix(name, "index.html")
	if info, err := file.Stat(); err == nil && info.IsDir() && !strings.HasSuffix(name, "/") {
		opened += "/"
	}
	return file, nil
}

// naming answers with the name of the file that was opened. One request is asked at a time.
func naming(inner http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		opened = ""
		inner.ServeHTTP(&namingWriter{w}, r)
	})
}

type namingWriter struct{ http.ResponseWriter }

func (w *namingWriter) WriteHeader(status int) {
	if opened != "" {
		named(w, opened)
	}
	w.ResponseWriter.WriteHeader(status)
}

// A listing of a folder begins without a status.
func (w *namingWriter) Write(body []byte) (int, error) {
	if opened != "" {
		named(w, opened)
	}
	return w.ResponseWriter.Write(body)
}

type discard struct{}

func (discard) Write(line []byte) (int, error) { return len(line), nil }
