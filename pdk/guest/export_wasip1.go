package guest

import extism "github.com/extism/go-pdk"

//go:wasmexport nexus_describe
func exportDescribe() int32 { return answer(served.Describe()) }

//go:wasmexport nexus_fragments
func exportFragments() int32 { return answer(served.Fragments(extism.Input())) }

// answer hands the host an output and 0, or an error and 1.
func answer(output []byte, err error) int32 {
	if err != nil {
		extism.SetError(err)
		return 1
	}
	extism.Output(output)
	return 0
}
