using System.Globalization;
using System.Text;

namespace Nagumo.Neurons;

/// <summary>A neuron's documentation page, written from its definition: nothing on it is typed twice.</summary>
public static class ModelPage
{
    /// <summary>The page as Markdown: summary, potential, equations, parameters, reference, and how to name it in a configuration.</summary>
    public static string Markdown(Neuron neuron)
    {
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"# {neuron.Name}\n\n{Sentence(neuron.Summary)}\n\n## Potential\n\n");
        page.Append(CultureInfo.InvariantCulture, $"$$h = {neuron.H.ToLatex()}$$\n\n## Equations\n\n");
        string box = neuron.Box is { } b ? FormattableString.Invariant($", \\qquad {b.Low:R} \\le u \\le {b.High:R}") : "";
        page.Append(CultureInfo.InvariantCulture, $"$$\\dot u = {(-neuron.H.Derive(neuron.U)).ToLatex()} + I{box}$$\n\n");
        foreach (var v in neuron.Inhibitors)
            page.Append(
                CultureInfo.InvariantCulture,
                $"$${v.Tau.ToLatex()} \\, \\dot {{{v.ToLatex()}}} = {neuron.H.Derive(v).ToLatex()}$$\n\n"
            );
        page.Append("I is the drive from couplings, bias and input. As text, for a configuration's `potential`:\n\n");
        page.Append(CultureInfo.InvariantCulture, $"    {neuron.H}\n\n");
        if (neuron.Parameters.Count > 0)
        {
            page.Append("## Parameters\n\n| name | default | range | unit |\n| --- | --- | --- | --- |\n");
            foreach (var p in neuron.Parameters)
                page.Append(
                    CultureInfo.InvariantCulture,
                    $"| {p.Name} | {p.Value:R} | {Range(p)} | {(p.Unit.Length > 0 ? p.Unit : "–")} |\n"
                );
            page.Append('\n');
        }
        page.Append(CultureInfo.InvariantCulture, $"## Use\n\n    {{ \"name\": \"h\", \"size\": 512, \"neuron\": \"{neuron.Name}\" }}\n");
        if (neuron.Reference.Length > 0)
            page.Append(CultureInfo.InvariantCulture, $"\n## Reference\n\n{neuron.Reference}\n");
        return page.ToString();
    }

    private static string Sentence(string summary) => char.ToUpperInvariant(summary[0]) + summary[1..] + ".";

    private static string Range(Parameter p) =>
        (double.IsFinite(p.Min) ? FormattableString.Invariant($"[{p.Min:R}, ") : "(−∞, ")
        + (double.IsFinite(p.Max) ? FormattableString.Invariant($"{p.Max:R}]") : "∞)");
}
