namespace Nagumo.Data;

/// <summary>A named data set: training and test samples of one shape with targets of one kind. Immutable.</summary>
public sealed class DataSet
{
    /// <summary>Joins both splits under a name.</summary>
    /// <param name="name">What it is called in configurations and titles; not blank.</param>
    /// <param name="train">What is trained on.</param>
    /// <param name="test">What is tested on: samples of the same shape, with targets that mean the same.</param>
    /// <param name="provenance">Where it comes from: a digest of its files, or what its author says; null where nobody does.</param>
    /// <exception cref="ArgumentException">The name is blank, or the splits do not fit each other.</exception>
    public DataSet(string name, Samples train, Samples test, string? provenance = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (!train.Shape.SequenceEqual(test.Shape) || !train.Targets.Fits(test.Targets))
            throw new ArgumentException(
                $"{name}: training samples are {train.ShapeText} with {train.Targets}, test samples {test.ShapeText} with {test.Targets}; "
                    + "both splits need the same, and of the same names.",
                nameof(test)
            );
        (Name, Train, Test, Provenance) = (name, train, test, provenance);
    }

    /// <summary>The name it is loaded by.</summary>
    public string Name { get; }

    /// <summary>The training split.</summary>
    public Samples Train { get; }

    /// <summary>The test split.</summary>
    public Samples Test { get; }

    /// <summary>Where it comes from; null where nobody says.</summary>
    public string? Provenance { get; }

    /// <summary>The shape of a sample.</summary>
    public IReadOnlyList<int> Shape => Train.Shape;

    /// <summary>Values of a sample.</summary>
    public int Size => Train.Size;
}
