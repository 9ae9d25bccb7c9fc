package phone_test

import (
	"testing"

	"github.com/nexus-host/nexus-host/core/models/phone"
)

func TestRegions(t *testing.T) {
	all, err := phone.All()
	if err != nil || len(all) < 240 {
		t.Fatalf("%d regions, %v", len(all), err)
	}
	mains := map[string]string{}
	for _, r := range all {
		if r.Calling == "" || len(r.Numbers) == 0 || len(r.Lengths) == 0 {
			t.Errorf("%+v lacks what every plan has", r)
		}
		if r.IsMain {
			if other := mains[r.Calling]; other != "" {
				t.Errorf("%s and %s are both the main region of %s", other, r.Code, r.Calling)
			}
			mains[r.Calling] = r.Code
		}
		if !r.Main().IsMain || r.Main().Calling != r.Calling {
			t.Errorf("%s has no main region", r.Code)
		}
	}
	for calling, want := range map[string]string{"1": "US", "7": "RU", "39": "IT", "44": "GB", "55": "BR", "999": ""} {
		if r, _ := phone.OfCalling(calling); r.Code != want {
			t.Errorf("%s is of %q, want %q", calling, r.Code, want)
		}
	}
	for code, want := range map[string]string{"KZ": "7", "NO": "47", "UK": "", "001": "", "": ""} {
		if r, _ := phone.Find(code); r.Calling != want {
			t.Errorf("%q has calling code %q, want %q", code, r.Calling, want)
		}
	}
}
