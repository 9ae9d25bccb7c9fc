package googlesql

import (
	"fmt"

	"github.com/goccy/go-googlesql"

	"github.com/nexus-host/nexus-host/core/emit/dialect"
)

// features are those of GoogleSQL's options that BigQuery documents and statements of ours could
// meet. What is not here the analyzer refuses, as BigQuery does: arrays do not
// compare, for one, and JSON does neither compare nor group.
var features = []googlesql.LanguageFeature{
	// types
	googlesql.LanguageFeatureFeatureNumericType,
	googlesql.LanguageFeatureFeatureBignumericType,
	googlesql.LanguageFeatureFeatureJsonType,
	googlesql.LanguageFeatureFeatureIntervalType,
	googlesql.LanguageFeatureFeatureCivilTime,
	googlesql.LanguageFeatureFeatureGeography,
	googlesql.LanguageFeatureFeatureParameterizedTypes,
	googlesql.LanguageFeatureFeatureDecimalAlias,
	// queries
	googlesql.LanguageFeatureFeatureAnalyticFunctions,
	googlesql.LanguageFeatureFeatureWithOnSubquery,
	googlesql.LanguageFeatureFeatureWithRecursive,
	googlesql.LanguageFeatureFeatureQualify,
	googlesql.LanguageFeatureFeaturePivot,
	googlesql.LanguageFeatureFeatureUnpivot,
	googlesql.LanguageFeatureFeatureTablesample,
	googlesql.LanguageFeatureFeatureForSystemTimeAsOf,
	googlesql.LanguageFeatureFeatureSelectStarExceptReplace,
	googlesql.LanguageFeatureFeatureGroupByRollup,
	googlesql.LanguageFeatureFeatureGroupingSets,
	googlesql.LanguageFeatureFeatureGroupByStruct,
	googlesql.LanguageFeatureFeatureGroupByArray,
	googlesql.LanguageFeatureFeatureAllowConsecutiveOn,
	googlesql.LanguageFeatureFeatureAllowDashesInTableName,
	googlesql.LanguageFeatureFeatureNullsFirstLastInOrderBy,
	googlesql.LanguageFeatureFeatureIsDistinct,
	googlesql.LanguageFeatureFeatureTableValuedFunctions,
	// expressions and functions
	googlesql.LanguageFeatureFeatureNamedArguments,
	googlesql.LanguageFeatureFeatureSafeFunctionCall,
	googlesql.LanguageFeatureFeatureOrderByInAggregate,
	googlesql.LanguageFeatureFeatureLimitInAggregate,
	googlesql.LanguageFeatureFeatureHavingInAggregate,
	googlesql.LanguageFeatureFeatureNullHandlingModifierInAggregate,
	googlesql.LanguageFeatureFeatureNullHandlingModifierInAnalytic,
	googlesql.LanguageFeatureFeatureAllowRegexpExtractOptionals,
	googlesql.LanguageFeatureFeatureConcatMixedTypes,
	googlesql.LanguageFeatureFeatureAdditionalStringFunctions,
	googlesql.LanguageFeatureFeatureFormatInCast,
	googlesql.LanguageFeatureFeatureDateTimeConstructors,
	googlesql.LanguageFeatureFeatureExtendedDateTimeSignatures,
	googlesql.LanguageFeatureFeatureDateArithmetics,
	googlesql.LanguageFeatureFeatureWeekWithWeekday,
	googlesql.LanguageFeatureFeatureJsonArrayFunctions,
	googlesql.LanguageFeatureFeatureJsonValueExtractionFunctions,
	googlesql.LanguageFeatureFeatureJsonLaxValueExtractionFunctions,
	googlesql.LanguageFeatureFeatureJsonConstructorFunctions,
	googlesql.LanguageFeatureFeatureJsonMutatorFunctions,
	googlesql.LanguageFeatureFeatureJsonKeysFunction,
	// tables and rows
	googlesql.LanguageFeatureFeatureCreateTableNotNull,
	googlesql.LanguageFeatureFeatureCreateTablePartitionBy,
	googlesql.LanguageFeatureFeatureCreateTableClusterBy,
	googlesql.LanguageFeatureFeatureCreateTableAsSelectColumnList,
	googlesql.LanguageFeatureFeatureCreateViewWithColumnList,
	googlesql.LanguageFeatureFeatureAlterTableRenameColumn,
	googlesql.LanguageFeatureFeatureOmitInsertColumnList,
	googlesql.LanguageFeatureFeatureDmlUpdateWithJoin,
	// scripts
	googlesql.LanguageFeatureFeatureForIn,
	googlesql.LanguageFeatureFeatureRepeat,
	googlesql.LanguageFeatureFeatureCaseStmt,
	googlesql.LanguageFeatureFeatureScriptLabel,
}

// analyzer is GoogleSQL's, set to BigQuery's language.
type analyzer struct {
	language  *googlesql.LanguageOptions
	options   *googlesql.AnalyzerOptions
	types     *googlesql.TypeFactory
	functions *googlesql.SimpleCatalog
	dialect   *dialect.Dialect
	kinds     map[string]googlesql.Googlesql_TypeNode // the types of columns, by BigQuery's names
}

func newAnalyzer() (*analyzer, error) {
	if err := googlesql.Init(); err != nil {
		return nil, err
	}
	a := &analyzer{kinds: map[string]googlesql.Googlesql_TypeNode{}}
	for _, step := range []func() error{a.setLanguage, a.setFunctions, a.setKinds} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return a, nil
}

func (a *analyzer) setLanguage() (err error) {
	if a.language, err = googlesql.NewLanguageOptions(); err != nil {
		return err
	}
	if err := a.language.SetProductMode(googlesql.ProductModeProductExternal); err != nil {
		return err
	}
	for _, f := range features {
		if err := a.language.EnableLanguageFeature(f); err != nil {
			return fmt.Errorf("%s: %w", f, err)
		}
	}
	if err := a.language.EnableReservableKeyword("QUALIFY", true); err != nil {
		return err
	}
	if err := a.language.SetSupportsAllStatementKinds(); err != nil {
		return err
	}
	a.options, err = googlesql.NewAnalyzerOptions(a.language)
	return err
}

func (a *analyzer) setFunctions() (err error) {
	if a.types, err = googlesql.NewTypeFactory(); err != nil {
		return err
	}
	if a.functions, err = googlesql.NewSimpleCatalog("functions", a.types); err != nil {
		return err
	}
	return a.functions.AddBuiltinFunctionsAndTypes(&googlesql.BuiltinFunctionOptions{LanguageOptions: a.language})
}

// setKinds asks the analyzer for the types that the dialect names.
func (a *analyzer) setKinds() (err error) {
	if a.dialect, err = dialect.ByName("bigquery"); err != nil {
		return err
	}
	names := []string{"TIMESTAMP"} // of BigQuery's own views
	for _, name := range a.dialect.Types {
		names = append(names, name)
	}
	for _, name := range names {
		if a.kinds[name], err = googlesql.AnalyzeType(name, a.options, a.functions, a.types); err != nil {
			return fmt.Errorf("type %s: %w", name, err)
		}
	}
	return nil
}

// kind is BigQuery's name of a type; of one that no column has, what the analyzer calls it.
func (a *analyzer) kind(t googlesql.Googlesql_TypeNode) (string, error) {
	for name, k := range a.kinds {
		same, err := t.Equals(k)
		if err != nil {
			return "", err
		}
		if same {
			return name, nil
		}
	}
	return t.DebugString(false)
}
