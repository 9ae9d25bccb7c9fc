package main

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/nexus-host/nexus-host/host"
)

// progress shows a build: one line that is written over on a terminal, a line a
// phase elsewhere, nothing with --quiet.
type progress struct {
	mu       sync.Mutex
	out      io.Writer
	live     bool
	verbose  bool
	phase    string
	done     int
	total    int
	rows     int64
	doing    map[string]bool
	began    time.Time
	lastDraw time.Time
}

func (a *app) progress() *progress {
	if a.quiet {
		return nil
	}
	return &progress{out: raw(a.err), live: terminal(a.err), verbose: a.verbose, doing: map[string]bool{}}
}

// notify takes an event of the build; nil shows nothing.
func (p *progress) notify(e host.Progress) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e.Kind {
	case host.PhaseStarted:
		p.end()
		p.phase, p.done, p.total, p.rows, p.began = visible(e.Name), 0, e.Total, 0, time.Now()
		clear(p.doing)
	case host.StepStarted:
		p.doing[e.Name] = true
	case host.StepEnded:
		p.done++
		delete(p.doing, e.Name)
		if p.verbose && !p.live {
			fmt.Fprintf(p.out, "  %-56s %10d rows %8.2fs\n", visible(e.Name), e.Rows, e.Seconds)
		}
	case host.RowsLoaded:
		p.rows += e.Rows
	}
	if p.live && time.Since(p.lastDraw) > 80*time.Millisecond {
		p.draw()
	}
}

func (p *progress) draw() {
	p.lastDraw = time.Now()
	line := fmt.Sprintf("%-8s", p.phase)
	if p.total > 0 {
		const width = 24
		n := min(width, width*p.done/p.total)
		line += fmt.Sprintf(" [%s%s] %d/%d", strings.Repeat("█", n), strings.Repeat("·", width-n), p.done, p.total)
	}
	if p.rows > 0 {
		line += fmt.Sprintf(" %d rows", p.rows)
	}
	for name := range p.doing {
		line += " " + printable(name)
		break
	}
	fmt.Fprintf(p.out, "\r\x1b[2K%.100s", line)
}

// end closes the phase with a line that stays.
func (p *progress) end() {
	if p.phase == "" {
		return
	}
	if p.live {
		fmt.Fprint(p.out, "\r\x1b[2K")
	}
	what := ""
	switch {
	case p.rows > 0:
		what = fmt.Sprintf("%d rows", p.rows)
	case p.done > 0:
		what = fmt.Sprintf("%d steps", p.done)
	}
	fmt.Fprintf(p.out, "%-8s %-14s %6.1fs\n", p.phase, what, time.Since(p.began).Seconds())
	p.phase = ""
}

// close ends the last phase.
func (p *progress) close() {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.end()
}

// slow says what takes long once it has taken two seconds. The function it hands
// back ends that; it must be called.
func (a *app) slow(what string) (done func()) {
	if a.quiet {
		return func() {}
	}
	t := time.AfterFunc(2*time.Second, func() { fmt.Fprintln(a.err, what+" …") })
	return func() { t.Stop() }
}
