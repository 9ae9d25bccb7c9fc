package main

import (
	_ "embed"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

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
			if _, err = f.Write(initFile); err == nil {
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
