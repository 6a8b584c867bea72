namespace Nagumo.Learning;

/// <summary>The costs that configurations name (<c>readout.cost</c>). A new cost adds one line here; one outside the library registers itself.</summary>
public static class Costs
{
    private static readonly Lock Gate = new();
    private static volatile (string Name, Func<ReadoutOptions, Cost> Make)[] _all =
    [
        ("cross-entropy", o => new CrossEntropy(o.Kappa)),
        ("squared-error", _ => new SquaredError()),
        ("huber", o => new HuberError(o.Width ?? 1)),
        ("absolute", o => new AbsoluteError(o.Width ?? 0.1)),
    ];

    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> Names => [.. _all.Select(cost => cost.Name)];

    /// <summary>Adds a cost from outside the library: configurations then know it by its name.</summary>
    /// <param name="name">What <c>readout.cost</c> calls it.</param>
    /// <param name="make">Makes it from the readout's options.</param>
    /// <exception cref="ArgumentException">Another cost has this name.</exception>
    public static void Register(string name, Func<ReadoutOptions, Cost> make)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        lock (Gate)
        {
            if (_all.FirstOrDefault(cost => cost.Name == name) is not { Make: { } known })
                _all = [.. _all, (name, make)];
            else if (known.Method != make.Method)
                throw new ArgumentException($"There is a cost '{name}' already. Give the new one another name.");
        }
    }

    /// <summary>The cost that a readout names.</summary>
    /// <exception cref="ArgumentException">There is none of that name; the nearest is suggested.</exception>
    public static Cost Of(ReadoutOptions options) =>
        _all.FirstOrDefault(cost => cost.Name == options.Cost).Make is { } make
            ? make(options)
            : throw new ArgumentException($"readout.cost = '{options.Cost}'.{Nearest.Hint(options.Cost, [.. Names])}");
}
