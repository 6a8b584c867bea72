namespace Nagumo.Couplings;

/// <summary>The kinds of couplings by name. A new kind adds one line here; one outside the library registers itself.</summary>
public static class CouplingKinds
{
    private static readonly Lock Gate = new();
    private static volatile CouplingKind[] _all =
    [
        new("bilinear", ["b", "sd"], s => new Bilinear(s.A, s.B, s["sd"], s.Name)),
        new("bias", ["value", "sd"], s => new Bias(s.A.ToString(), s.Get("value", 0), s.Name, s.Get("sd", 0))),
        new("resistive", ["b", "low", "high"], s => new Resistive(s.A, s.B, s.Get("low", 0), s["high"], s.Name)),
        new(
            "differential-resistive",
            ["b", "gain", "sd", "mean"],
            s => new DifferentialResistive(s.A, s.B, s["gain"], s["sd"], s.Get("mean", 0), s.Name)
        ),
        new("rail-resistive", ["b", "sd"], s => new RailResistive(s.A, s.B, s["sd"], s.Name)),
        new("diffusive", ["b", "d"], s => new Diffusive(s.A, s.B, s["d"], s.Name)),
        new("diffusive-along", ["d", "axis", "ends"], DiffusiveAlong.Of) { Words = ["ends"] },
        new("block", ["units", "strength", "sd", "f"], Block.Of) { Words = ["f"] },
        new("asymmetric", ["b", "sd", "correlation"], s => new Asymmetric(s.A, s.B, s["sd"], s.Get("correlation", 0), s.Name)),
    ];

    /// <summary>Names of earlier versions: read, not written.</summary>
    private static readonly CouplingKind[] Former =
    [
        new("chain-diffusive", ["d"], s => new DiffusiveAlong(s.A, s["d"], name: s.Name ?? $"{s.A}.chain")),
    ];

    /// <summary>All kinds, the library's first.</summary>
    public static IReadOnlyList<CouplingKind> All => _all;

    /// <summary>Adds a kind from outside the library: configurations, training, checks and circuits then know it by its name.</summary>
    /// <param name="kind">Its name. Registering a known name with the same keys again changes nothing.</param>
    /// <param name="keys">The keys that a configuration gives beside a and name: "b" for a second end, all others numbers or words.</param>
    /// <param name="make">Makes one from the values of a configuration.</param>
    /// <param name="words">Which of the keys are text.</param>
    /// <exception cref="ArgumentException">Another kind has this name.</exception>
    public static void Register(
        string kind,
        IReadOnlyList<string> keys,
        Func<CouplingSettings, Coupling> make,
        IReadOnlyList<string>? words = null
    )
    {
        lock (Gate)
        {
            if (_all.FirstOrDefault(k => k.Name == kind) is not { } known)
                _all = [.. _all, new(kind, keys, make) { Words = [.. words ?? []] }];
            else if (!known.Keys.SequenceEqual(keys))
                throw new ArgumentException(
                    $"There is a coupling '{kind}' already, with the keys {string.Join(", ", known.Keys)}. Give the new one another name."
                );
        }
    }

    /// <summary>The kind of a name.</summary>
    /// <exception cref="ArgumentException">There is none; the nearest is suggested.</exception>
    public static CouplingKind Get(string kind) =>
        All.Concat(Former).FirstOrDefault(k => k.Name == kind)
        ?? throw new ArgumentException($"There is no coupling '{kind}'.{Nearest.Hint(kind, [.. All.Select(k => k.Name)])}");
}

/// <summary>A kind of coupling.</summary>
/// <param name="Name">Its name in configurations.</param>
/// <param name="Keys">The keys that it takes beside a and name: "b" for a second end, all others numbers.</param>
/// <param name="Make">Makes one from the values of a configuration.</param>
public sealed record CouplingKind(string Name, IReadOnlyList<string> Keys, Func<CouplingSettings, Coupling> Make)
{
    /// <summary>Which of the keys are text; all others but "b" are numbers.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>All keys of a configuration but the kind.</summary>
    public IReadOnlyList<string> AllKeys => ["a", .. Keys, "name"];

    /// <summary>A coupling of this kind between populations a and b, every number 1 and every word its default: for lists of what there is.</summary>
    public Coupling Example() =>
        Make(
            new(
                Name,
                new("a"),
                Keys.Contains("b") ? (End?)new End("b") : null,
                null,
                Keys.Where(k => k != "b" && !Words.Contains(k)).ToDictionary(k => k, _ => 1.0)
            )
        );
}

/// <summary>What a configuration says of a coupling.</summary>
/// <param name="kind">Name of the kind.</param>
/// <param name="a">First end.</param>
/// <param name="b">Second end; null for none.</param>
/// <param name="name">Unique name; null for the kind's own.</param>
/// <param name="values">The numbers by key.</param>
/// <param name="words">The texts by key; null for none.</param>
public sealed class CouplingSettings(
    string kind,
    End a,
    End? b,
    string? name,
    IReadOnlyDictionary<string, double> values,
    IReadOnlyDictionary<string, string>? words = null
)
{
    /// <summary>First end.</summary>
    public End A => a;

    /// <summary>Second end.</summary>
    /// <exception cref="ArgumentException">The configuration gives none.</exception>
    public End B => b ?? throw Missing("b");

    /// <summary>Unique name; null for the kind's own.</summary>
    public string? Name => name;

    /// <summary>The number of a key.</summary>
    /// <exception cref="ArgumentException">The configuration does not give it.</exception>
    public double this[string key] => values.TryGetValue(key, out double value) ? value : throw Missing(key);

    /// <summary>The number of a key, or its default.</summary>
    public double Get(string key, double value) => values.GetValueOrDefault(key, value);

    /// <summary>The text of a key, or its default.</summary>
    public string Word(string key, string value) => words?.GetValueOrDefault(key, value) ?? value;

    private ArgumentException Missing(string key) =>
        new($"Coupling {(name is not null ? $"'{name}' ({kind})" : $"'{kind}' of '{a}'")} needs the key '{key}'.");
}
