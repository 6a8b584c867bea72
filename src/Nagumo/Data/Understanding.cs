namespace Nagumo.Data;

/// <summary>What is settled about data before they are read: nothing when they are first looked at, all of it after training.</summary>
/// <param name="NeedsTargets">Whether targets must be there.</param>
/// <param name="ClassNames">The classes that were learned; null where they are found out, or are none.</param>
/// <param name="TargetNames">The numbers that were learned; null where they are found out, or are none.</param>
/// <param name="Schema">How tables are understood; null where it is found out.</param>
/// <param name="Colour">Whether pictures are "grey" or "rgb"; null where it is found out.</param>
internal sealed record Understanding(
    bool NeedsTargets = true,
    string[]? ClassNames = null,
    string[]? TargetNames = null,
    TableSchema? Schema = null,
    string? Colour = null
);
