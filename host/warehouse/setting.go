package warehouse

// SettingError is a failure that a change of a setting in the project file can fix: the warehouse cannot be reached, or
// rejects what it was given. Err must not quote a secret.
type SettingError struct {
	Setting string // the key below warehouse, e.g. "host" or "private_key_path"
	Hint    string // what to do; "" if there is nothing to say
	Err     error
}

func (e *SettingError) Error() string {
	text := "warehouse." + e.Setting
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	if e.Hint != "" {
		text += " (" + e.Hint + ")"
	}
	return text
}

func (e *SettingError) Unwrap() error { return e.Err }
