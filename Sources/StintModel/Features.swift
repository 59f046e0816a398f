// A misspelled upcoming feature is ignored in silence by the compiler; this file makes it an error.
#if !hasFeature(ExistentialAny) || !hasFeature(InternalImportsByDefault) || !hasFeature(MemberImportVisibility) || !hasFeature(NonisolatedNonsendingByDefault)
    #error("Package.swift names a language feature that this compiler does not know.")
#endif
