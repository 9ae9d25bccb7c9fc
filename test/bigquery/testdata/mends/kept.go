package metadata

import (
	"context"
	"database/sql"
	"slices"
)

// kept is what a repository remembers of what it wrote. Each request asks for a project with its jobs, datasets and
// tables, and reading all of them takes a second where there are hundreds. Requests come one at a time.
type kept struct {
	jobs     []string                       // in the order in which they came
	datasets map[string]map[string]*Dataset // by project and id
}

// recent is how many jobs there are at most: they come with their results.
const recent = 30

// forget deletes the oldest jobs.
func (p *Project) forget(ctx context.Context, tx *sql.Tx, added *Job) error {
	k := &p.repo.kept
	k.jobs = append(k.jobs, added.ID)
	for len(k.jobs) > recent {
		old, ok := p.jobMap[k.jobs[0]]
		k.jobs = k.jobs[1:]
		if !ok {
			continue
		}
		if err := old.Delete(ctx, tx); err != nil {
			return err
		}
		delete(p.jobMap, old.ID)
		p.jobs = slices.DeleteFunc(p.jobs, func(j *Job) bool { return j == old })
	}
	return nil
}

// findDatasets gives the datasets that were read before as they are: whoever adds or changes a table in one does
// so in these as well as in what is stored.
func (r *Repository) findDatasets(ctx context.Context, tx *sql.Tx, projectID string, ids []string) ([]*Dataset, error) {
	have := r.kept.datasets[projectID]
	missing := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return have[id] != nil })
	if len(missing) > 0 {
		read, err := r.readDatasets(ctx, tx, projectID, missing)
		if err != nil {
			return nil, err
		}
		if have == nil {
			have = map[string]*Dataset{}
		}
		if r.kept.datasets == nil {
			r.kept.datasets = map[string]map[string]*Dataset{}
		}
		r.kept.datasets[projectID] = have
		for _, d := range read {
			have[d.ID] = d
		}
	}
	list := []*Dataset{}
	for _, id := range ids {
		if d := have[id]; d != nil {
			list = append(list, d)
		}
	}
	return list, nil
}

// lose forgets a dataset that is deleted.
func (r *Repository) lose(d *Dataset) { delete(r.kept.datasets[d.ProjectID], d.ID) }

// loseTable forgets a table that is deleted.
func (r *Repository) loseTable(t *Table) {
	if d := r.kept.datasets[t.ProjectID][t.DatasetID]; d != nil {
		delete(d.tableMap, t.ID)
		d.tables = slices.DeleteFunc(d.tables, func(o *Table) bool { return o.ID == t.ID })
	}
}
