package warehouse

// SettingError is a failure that a setting of the project file can mend: the warehouse
// cannot be reached, or does not take what it was given. Err must not quote a secret.
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
