namespace Nagumo.Relaxation;

/// <summary>The relaxers that configurations name (<c>relaxer</c>). A new one adds one line here; one outside the library registers itself.</summary>
public static class Relaxers
{
    /// <summary>Block sweeps in the free phase and of the differences in the nudged ones: training's own way, no relaxer of whole states.</summary>
    internal const string Sweeps = "sweeps";

    /// <summary>Sweeps of whole states, handed over where they fail.</summary>
    internal static readonly IRelaxer Default = new HandOver();

    private static readonly Lock Gate = new();
    private static volatile (string Name, IRelaxer? Relaxer)[] _all = [(Sweeps, null), ("hand-over", Default)];

    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> Names => [.. _all.Select(relaxer => relaxer.Name)];

    /// <summary>Adds a relaxer from outside the library: configurations then know it by its name.</summary>
    /// <param name="name">What <c>relaxer</c> calls it.</param>
    /// <param name="relaxer">It; threads call it at the same time.</param>
    /// <exception cref="ArgumentException">Another relaxer has this name.</exception>
    public static void Register(string name, IRelaxer relaxer)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        lock (Gate)
        {
            int known = Array.FindIndex(_all, r => r.Name == name);
            if (known < 0)
                _all = [.. _all, (name, relaxer)];
            else if (_all[known].Relaxer?.GetType() != relaxer.GetType())
                throw new ArgumentException($"There is a relaxer '{name}' already. Give the new one another name.");
        }
    }

    /// <summary>The relaxer of a name; null for training's own sweeps.</summary>
    /// <exception cref="ArgumentException">There is none of that name; the nearest is suggested.</exception>
    internal static IRelaxer? Of(string name)
    {
        int known = Array.FindIndex(_all, r => r.Name == name);
        return known >= 0 ? _all[known].Relaxer : throw new ArgumentException($"relaxer = '{name}'.{Nearest.Hint(name, [.. Names])}");
    }
}
