package golden

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestStockAccounting runs the try-online programs of the stock-accounting demo
// (repository lsfusion/samples, folder mm) with our own data module. The demo is
// not part of this repository: GOLSF_SAMPLES points at a checkout.
func TestStockAccounting(t *testing.T) {
	samples := os.Getenv("GOLSF_SAMPLES")
	if samples == "" {
		t.Skip("GOLSF_SAMPLES does not name a checkout of lsfusion/samples")
	}
	bin := golsf(t)
	demo := filepath.Join(samples, "mm", "src", "main", "lsfusion")
	tests := []struct {
		program string
		after   []string // listings of MmData after the program
		want    []string // files, in the order of the output
	}{
		{program: "HelloWorld", want: []string{"HelloWorld.run"}},
		{program: "ExportItems", want: []string{"ExportItems.run"}},
		{program: "ExportShipment", want: []string{"ExportShipment.run"}},
		{program: "ExportShipments", want: []string{"ExportShipments.run"}},
		{program: "SetOperations", want: []string{"SetOperations.run"}},
		{program: "FlowOperations", want: []string{"FlowOperations.run"}},
		{program: "SessionOperations", after: []string{"shipments"}, want: []string{"MmData.shipments.after-session", "SessionOperations.run"}},
		{program: "ImportShipments", after: []string{"shipments", "prices", "balances"},
			want: []string{"MmData.shipments.after-import", "MmData.prices.after-import", "MmData.balances.after-import", "ImportShipments.run"}},
		{after: []string{"balances"}, want: []string{"MmData.balances"}},
	}
	for _, tt := range tests {
		name := tt.program
		require := "MmData"
		body := "MmData.fill();"
		if tt.program != "" {
			require += ", " + tt.program
			body += " " + tt.program + ".run();"
		} else {
			name = "balances"
		}
		for _, a := range tt.after {
			body += " NEWSESSION MmData." + a + "();"
		}
		t.Run(name, func(t *testing.T) {
			script := filepath.Join(t.TempDir(), "MmRun.lsf")
			text := "MODULE MmRun;\nREQUIRE " + require + ";\nrun() { " + body + " }\n"
			if err := os.WriteFile(script, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(bin, "run", "-I", demo, "-I", filepath.Join(demo, "tryonline"), "-I", "testdata/mm", script)
			var stderr strings.Builder
			cmd.Stderr = &stderr
			out, err := cmd.Output()
			if err != nil {
				t.Fatalf("%v\n%s%s", err, out, stderr.String())
			}
			want := readWant(t, "MmData.fill")
			for _, w := range tt.want {
				want += readWant(t, w)
			}
			if d := cmp.Diff(want, string(out)); d != "" {
				t.Errorf("stdout (-want +got)\n%s\n%s", d, stderr.String())
			}
		})
	}
}

func readWant(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata/mm/want", name+".txt"))
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	if !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	return text
}
