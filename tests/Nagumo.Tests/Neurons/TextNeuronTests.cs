using Nagumo.Data;
using Nagumo.Learning;
using Nagumo.Neurons;
using Nagumo.Symbolics;
using Nagumo.Tests.Learning;

namespace Nagumo.Tests.Neurons;

public sealed class TextNeuronTests
{
    private const string Fhn = "-k*(u^2/2 - u^4/12) + u*v - gamma*v^2/2 + a*v";

    [Fact]
    public void Text_trains_to_the_same_bits_as_the_class()
    {
        // 20 batches of 16 real images.
        var text = new PopulationOptions(
            "h",
            12,
            Potential: Fhn,
            Parameters: new Dictionary<string, double[]>
            {
                ["k"] = [1],
                ["gamma"] = [0.8],
                ["a"] = [0.7],
            },
            Inhibitors: new Dictionary<string, double> { ["v"] = 0.5 }
        );
        Assert.Equal(Train(new("h", 12, "fitzhugh-nagumo")), Train(text));

        static float[] Train(PopulationOptions hidden)
        {
            using var trainer = new Trainer(SmallExperiments.Mnist(hidden), SmallExperiments.Images(320), threads: 1);
            trainer.Train();
            return SmallExperiments.Weights(trainer);
        }
    }

    [Fact]
    public void Text_is_the_class_s_own_printed_formula()
    {
        foreach (var model in NeuronModels.All)
        {
            var taus = model.Inhibitors.ToDictionary(v => v.Name, v => v.Tau.Value);
            var values = model.Parameters.Where(p => model.Inhibitors.All(v => v.Tau != p)).ToDictionary(p => p.Name, p => p.Value);
            var text = new TextNeuron(model.H.ToString(), values, taus, model.Box);
            Assert.Equal(model.H, text.H);
            Assert.Equal(model.Fields, text.Fields);
            Assert.Equal(model.Parameters.Select(p => p.Name), text.Parameters.Select(p => p.Name));
        }
    }

    [Fact]
    public void A_box_confines_the_activator()
    {
        var neuron = new TextNeuron("u^2/2", new Dictionary<string, double>(), box: (-1, 2));
        Assert.Equal(new Interval(-1, 2), neuron.Box);
    }

    public static TheoryData<string, string, int> Unreadable =>
        new()
        {
            // Text, message, position.
            { "c*u^2/2 + q*u", "'q'", 10 },
            { "c*u^2/2 +", "", 9 },
            { "c*(u^2/2", "", 8 },
            { "c*u^2/2 $ 1", "", 8 },
        };

    [Theory, MemberData(nameof(Unreadable))]
    public void Text_that_does_not_parse_is_refused_with_its_position(string potential, string message, int position)
    {
        var error = Assert.Throws<ExpressionFormatException>(() => new TextNeuron(potential, new Dictionary<string, double> { ["c"] = 1 }));
        Assert.Equal(position, error.Position);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Contains("\n  " + potential + "\n  " + new string(' ', position) + "^", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Declarations_that_do_not_fit_are_refused()
    {
        Refused("does not contain the activator u", "c*v - v^2/2", ["c"], ["v"]);
        Refused("'d' is declared but does not occur", "c*u^2/2", ["c", "d"], []);
        Refused("'w' is declared but does not occur", "c*u^2/2", ["c"], ["w"]);
        Refused("'u' is the activator", "c*u^2/2", ["c", "u"], []);
        Refused("'v' is declared twice", "u^2/2 + u*v - v^2/2", ["v"], ["v"]);

        static void Refused(string message, string potential, string[] parameters, string[] inhibitors)
        {
            var error = Assert.ThrowsAny<ArgumentException>(() =>
                new TextNeuron(potential, parameters.ToDictionary(p => p, _ => 1.0), inhibitors.ToDictionary(v => v, _ => 1.0))
            );
            Assert.Contains(message, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_potential_without_one_rest_state_per_drive_is_refused()
    {
        var hidden = new PopulationOptions("h", 4, Potential: "-u^2/2 + u^4/12");
        var error = Assert.ThrowsAny<ArgumentException>(() =>
            new Trainer(SmallExperiments.Mnist(hidden), SmallExperiments.Images(32), threads: 1)
        );
        Assert.Contains("bistable", error.Message, StringComparison.Ordinal);
    }
}
