namespace Nagumo.Data;

/// <summary>What is to be learned of each sample: a class, or real numbers. Immutable.</summary>
public abstract class Targets
{
    private protected Targets() { }

    /// <summary>Number of samples.</summary>
    public abstract int Count { get; }

    /// <summary>Numbers of one target: as many as there are classes, or as there are real numbers.</summary>
    public abstract int Width { get; }

    /// <summary>Writes the target of one sample, [<see cref="Width"/>]: the numbers, or a 1 for its class among zeros.</summary>
    public abstract void Read(int sample, Span<double> target);

    /// <summary>The targets of the given samples in the given order, copied.</summary>
    public abstract Targets Select(ReadOnlySpan<int> order);

    /// <summary>Whether other targets mean the same: as many classes, or numbers of the same names and units.</summary>
    public abstract bool Fits(Targets other);

    /// <summary>In words: "10 classes", "2 numbers".</summary>
    public abstract override string ToString();
}

/// <summary>A class for each sample.</summary>
public sealed class ClassTargets : Targets
{
    private readonly ReadOnlyMemory<int> _labels;

    /// <param name="classes">Number of classes, ≥ 1; every label is from 0 to one less.</param>
    /// <param name="labels">[count]; not copied, so the caller no longer writes to it.</param>
    /// <param name="names">What the classes are called, [classes]; null for their numbers.</param>
    /// <exception cref="ArgumentException">A label is no class, or the names are not as many as the classes.</exception>
    public ClassTargets(int classes, ReadOnlyMemory<int> labels, IReadOnlyList<string>? names = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        if (names is not null && names.Count != classes)
            throw new ArgumentException($"{names.Count} names for {classes} classes; each class has one.", nameof(names));
        int wrong = labels.Span.IndexOfAnyExceptInRange(0, classes - 1);
        if (wrong >= 0)
            throw new ArgumentException(
                $"Label {labels.Span[wrong]} of sample {wrong} is outside 0 to {classes - 1}: there are {classes} classes.",
                nameof(labels)
            );
        (Classes, _labels, Names) = (classes, labels, names ?? [.. Enumerable.Range(0, classes).Select(c => $"{c}")]);
    }

    /// <summary>Number of classes.</summary>
    public int Classes { get; }

    /// <summary>What the classes are called.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The class of each sample.</summary>
    public ReadOnlySpan<int> Labels => _labels.Span;

    /// <inheritdoc/>
    public override int Count => _labels.Length;

    /// <inheritdoc/>
    public override int Width => Classes;

    /// <inheritdoc/>
    public override void Read(int sample, Span<double> target)
    {
        target.Clear();
        target[Labels[sample]] = 1;
    }

    /// <summary>How many samples each class has, [classes].</summary>
    public int[] Counts()
    {
        int[] counts = new int[Classes];
        foreach (int label in Labels)
            counts[label]++;
        return counts;
    }

    /// <inheritdoc/>
    public override ClassTargets Select(ReadOnlySpan<int> order)
    {
        int[] chosen = new int[order.Length];
        for (int i = 0; i < chosen.Length; i++)
            chosen[i] = Labels[order[i]];
        return new(Classes, chosen, Names);
    }

    /// <inheritdoc/>
    public override bool Fits(Targets other) => other is ClassTargets classes && classes.Names.SequenceEqual(Names);

    /// <inheritdoc/>
    public override string ToString() => Counted.Of(Classes, "class");
}

/// <summary>One of the real numbers that are learned, and the way from what the network gives to the units of the data: number = offset + scale·readout.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Unit">Its unit; null where the data do not say.</param>
/// <param name="Offset">In that unit.</param>
/// <param name="Scale">In that unit, ≠ 0.</param>
public sealed record TargetColumn(string Name, string? Unit = null, double Offset = 0, double Scale = 1);

/// <summary>Real numbers for each sample.</summary>
public sealed class NumberTargets : Targets
{
    private readonly ReadOnlyMemory<double> _values;

    /// <param name="columns">The numbers of a sample, at least one.</param>
    /// <param name="values">[count × columns], as the network is to give them: (number − offset)/scale. Not copied.</param>
    /// <exception cref="ArgumentException">No columns, a scale of 0, values that do not fill whole samples or are not finite.</exception>
    public NumberTargets(IReadOnlyList<TargetColumn> columns, ReadOnlyMemory<double> values)
    {
        if (columns.Count == 0)
            throw new ArgumentException("Targets without columns: name at least one number that is to be learned.", nameof(columns));
        if (columns.FirstOrDefault(c => !(c.Scale != 0 && double.IsFinite(c.Scale) && double.IsFinite(c.Offset))) is { } column)
            throw new ArgumentException(
                $"The target '{column.Name}' has the offset {column.Offset:R} and the scale {column.Scale:R}: give finite numbers, the scale not 0.",
                nameof(columns)
            );
        if (values.Length % columns.Count != 0)
            throw new ArgumentException(
                $"{values.Length} numbers are no whole samples of {columns.Count} ({string.Join(", ", columns.Select(c => c.Name))}).",
                nameof(values)
            );
        for (int i = 0; i < values.Length; i++)
            if (!double.IsFinite(values.Span[i]))
                throw new ArgumentException(
                    $"The target '{columns[i % columns.Count].Name}' of sample {i / columns.Count} is {values.Span[i]:R}; finite numbers are expected.",
                    nameof(values)
                );
        (Columns, _values) = (columns, values);
    }

    /// <summary>The numbers of a sample.</summary>
    public IReadOnlyList<TargetColumn> Columns { get; }

    /// <summary>All values, [count × columns], as the network is to give them.</summary>
    public ReadOnlySpan<double> Values => _values.Span;

    /// <inheritdoc/>
    public override int Count => _values.Length / Columns.Count;

    /// <inheritdoc/>
    public override int Width => Columns.Count;

    /// <inheritdoc/>
    public override void Read(int sample, Span<double> target) => Values.Slice(sample * Width, Width).CopyTo(target);

    /// <inheritdoc/>
    public override NumberTargets Select(ReadOnlySpan<int> order)
    {
        double[] chosen = new double[order.Length * Width];
        for (int i = 0; i < order.Length; i++)
            Read(order[i], chosen.AsSpan(i * Width, Width));
        return new(Columns, chosen);
    }

    /// <inheritdoc/>
    public override bool Fits(Targets other) => other is NumberTargets numbers && numbers.Columns.SequenceEqual(Columns);

    /// <inheritdoc/>
    public override string ToString() => Counted.Of(Width, "number");
}
