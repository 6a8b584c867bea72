namespace Nagumo.Couplings;

/// <summary>One end of a coupling: a population, or one slice of it along its first axis, and one of its fields ("u", or an inhibitor's name).</summary>
/// <remarks>As text: "h1", "h1.v", "layer[0]", "layer[0].v"; a negative place counts from the end, so that "layer[-1]" is the last layer.</remarks>
public readonly record struct End(string Population, string Field = "u")
{
    /// <summary>The place along the population's first axis; null for the whole population.</summary>
    public int? Place { get; init; }

    /// <summary>The activators of a population or of one of its slices.</summary>
    public static implicit operator End(string population) => Sliced(population, "u");

    /// <summary>Reads "h1", "h1.v", "layer[0]" or "layer[0].v".</summary>
    /// <param name="text">The text.</param>
    public static End Parse(string text)
    {
        int dot = text.LastIndexOf('.');
        return dot < 0 ? text : Sliced(text[..dot], text[(dot + 1)..]);
    }

    /// <summary>What <see cref="Parse"/> reads.</summary>
    public override string ToString() => $"{Population}{(Place is { } place ? $"[{place}]" : "")}{(Field == "u" ? "" : "." + Field)}";

    private static End Sliced(string population, string field)
    {
        int open = population.LastIndexOf('[');
        return open > 0 && population.EndsWith(']') && int.TryParse(population.AsSpan()[(open + 1)..^1], out int place)
            ? new(population[..open], field) { Place = place }
            : new(population, field);
    }
}
