package host

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
	"github.com/nexus-host/nexus-host/core/emit/plan"
	"github.com/nexus-host/nexus-host/core/emit/render"
	"github.com/nexus-host/nexus-host/host/warehouse"
	"github.com/nexus-host/nexus-host/host/warehouse/catalog"
	"github.com/nexus-host/nexus-host/internal/run"
)

// ownSchema is the path of the schema that a build has of its own; nil if it has none.
func (p *Project) ownSchema(d *dialect.Dialect) []string {
	if d.OwnSchema == "" || p.file.Warehouse.BuildSchema == Off {
		return nil
	}
	return []string{plan.OwnSchema(p.file.Warehouse.Schema)}
}

// makeOwn makes the build's own schema, in the place of one that a killed build left. It returns nil where it may not, and where
// the schema holds what no build makes: the build then works in the schema of the project.
func (b *build) makeOwn(ctx context.Context, d *dialect.Dialect) ([]string, error) {
	own := b.ownSchema(d)
	if own == nil {
		return nil, nil
	}
	refused := func(err error) ([]string, error) {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		b.Project.options.Log.Warn("the build has no schema of its own, so it drops its relations one by one", "schema", own[0], "error", err)
		return nil, nil
	}
	have, err := run.Relations(ctx, b.engine, catalog.Relations(d, own))
	if err != nil {
		return refused(err)
	}
	for _, e := range have {
		if !strings.HasPrefix(e.Name, plan.BuildPrefix) && !strings.HasPrefix(e.Name, plan.WorkPrefix) {
			return refused(fmt.Errorf("it holds %s, which no build makes", e.Name))
		}
	}
	if maker, ok := b.engine.(warehouse.SchemaMaker); ok {
		err = maker.MakeSchema(ctx, own[0], b.file.Warehouse.Schema)
	} else {
		if len(have) > 0 {
			_, err = b.engine.Exec(ctx, render.DropSchema(d, own))
		}
		if err == nil {
			_, err = b.engine.Exec(ctx, render.CreateOwnSchema(d, own))
		}
	}
	if err != nil {
		return refused(err)
	}
	return own, nil
}

// dropOwn drops the build's own schema.
func (b *build) dropOwn(ctx context.Context) error {
	if b.core.Own == nil {
		return nil
	}
	var err error
	if maker, ok := b.engine.(warehouse.SchemaMaker); ok {
		err = maker.DropSchema(ctx, b.core.Own[0])
	} else if d, e := dialect.ByName(b.Dialect()); e != nil {
		err = e
	} else {
		_, err = b.engine.Exec(ctx, render.DropSchema(d, b.core.Own))
	}
	if err != nil {
		return fmt.Errorf("host: the build's own schema: %w", err)
	}
	b.core.Own = nil
	return nil
}

// abort is clean, unless another build may be using the same names.
func (b *build) abort(ctx context.Context) ([]string, error) {
	if b.lost() != nil {
		return nil, nil
	}
	err := b.dropOwn(ctx)
	statements, err2 := b.clean(ctx)
	return statements, errors.Join(err, err2)
}
