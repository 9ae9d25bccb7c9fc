package main

import (
	"bytes"
	_ "embed"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
)

//go:embed init.yaml
var initFile []byte

func (a *app) initCommand() *cobra.Command {
	return &cobra.Command{
		Use: "init [folder]", Short: "write a project file to fill in", Args: cobra.MaximumNArgs(1),
		Long: `Init writes a commented nexus.yaml with one source that reads files, and the folder that
it reads from. It never overwrites a project file.`,
		Example: "  nexus-host init\n  nexus-host init my-project",
		RunE: func(_ *cobra.Command, args []string) error {
			dir := a.project
			if len(args) == 1 {
				dir = args[0]
			}
			file := filepath.Join(dir, "nexus.yaml")
			if err := os.MkdirAll(filepath.Join(dir, "raw"), 0o755); err != nil {
				return err
			}
			f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
			if errors.Is(err, fs.ErrExist) {
				return usagef("%s exists already; it is left as it is", file)
			}
			if err != nil {
				return err
			}
			text := bytes.Replace(initFile, []byte("name: my_project"), []byte("name: "+projectName(dir)), 1)
			if _, err = f.Write(text); err == nil {
				err = f.Close()
			}
			if err != nil {
				return err
			}
			a.say("wrote %s; put raw files below %s, then run:\n  nexus-host check --project %s\n  nexus-host build --project %s\n", file, filepath.Join(dir, "raw"), dir, dir)
			return nil
		},
	}
}

// projectName is a folder's name with only what a project's name may have.
func projectName(dir string) string {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "my_project"
	}
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, strings.ToLower(filepath.Base(abs)))
	name = strings.TrimLeft(name, "_0123456789") // it begins with a letter
	name = strings.TrimRight(name[:min(len(name), 31)], "_")
	if name == "" {
		return "my_project"
	}
	return name
}
