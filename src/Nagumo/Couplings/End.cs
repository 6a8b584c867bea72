namespace Nagumo.Couplings;

/// <summary>One end of a coupling: a population and one of its fields ("u", or an inhibitor's name).</summary>
public readonly record struct End(string Population, string Field = "u")
{
    /// <summary>An end at the activators of a population.</summary>
    public static implicit operator End(string population) => new(population);

    /// <summary>"h1.v", or just "h1" for the activator.</summary>
    public override string ToString() => Field == "u" ? Population : $"{Population}.{Field}";
}
