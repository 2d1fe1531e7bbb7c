//! The picture of cost against size, as SVG: both axes logarithmic, colours that are legible on a light
//! page and on a dark one, no background of its own.

use anyhow::Result;
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::growth::{Measured, PORTS, SWITCHES, Series, WAYS, commands};
use super::table::thousands;
use super::turns::millis;

const SIZE: (u32, u32) = (860, 400);
/// Text and lines of the scale: the grey that is as far from white as from a dark page.
const GREY: RGBColor = RGBColor(0x76, 0x7d, 0x86);
/// One for each of [`WAYS`].
const COLORS: [RGBColor; 4] =
    [RGBColor(0xd9, 0x6c, 0x0b), GREY, RGBColor(0x2f, 0x81, 0xf7), RGBColor(0x1f, 0x9d, 0x55)];

/// The picture.
pub fn svg(measured: &[Measured]) -> Result<String> {
    let mut text = String::new();
    {
        let area = SVGBackend::with_string(&mut text, SIZE).into_drawing_area();
        let (charts, legend) = area.split_vertically(SIZE.1 - 40);
        for (panel, (name, of)) in charts.split_evenly((1, 2)).iter().zip(commands()) {
            draw_panel(panel, name, measured, of)?;
        }
        draw_legend(&legend)?;
        area.present()?;
    }
    Ok(text)
}

fn style(size: u32) -> TextStyle<'static> {
    ("sans-serif", size).into_font().color(&GREY)
}

fn draw_panel(
    panel: &DrawingArea<SVGBackend, Shift>,
    name: &str,
    measured: &[Measured],
    of: Series,
) -> Result<()> {
    let (least, most) = (f64::from(SWITCHES[0] * PORTS), f64::from(SWITCHES[3] * PORTS));
    let mut chart = ChartBuilder::on(panel)
        .caption(name, style(20))
        .margin(12)
        .margin_right(26)
        .x_label_area_size(44)
        .y_label_area_size(64)
        .build_cartesian_2d((least * 0.8..most * 1.25).log_scale(), (1.0..10_000.0).log_scale())?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(GREY.mix(0.35))
        .axis_style(GREY)
        .x_labels(4)
        .y_labels(5)
        .x_desc("ports")
        .x_label_formatter(&|ports| thousands(*ports as u64))
        .y_label_formatter(&|millis| duration(*millis))
        .label_style(style(16))
        .axis_desc_style(style(17))
        .draw()?;
    for (index, color) in COLORS.iter().enumerate() {
        let points: Vec<(f64, f64)> =
            measured.iter().map(|size| (f64::from(size.ports), millis(of(size)[index]))).collect();
        let line = color.stroke_width(if index == 2 { 3 } else { 2 });
        chart.draw_series(LineSeries::new(points.clone(), line))?;
        chart.draw_series(points.into_iter().map(|point| Circle::new(point, 4, color.filled())))?;
    }
    Ok(())
}

fn draw_legend(legend: &DrawingArea<SVGBackend, Shift>) -> Result<()> {
    let mut x = 70;
    for (way, color) in WAYS.iter().zip(COLORS) {
        legend.draw(&PathElement::new([(x, 14), (x + 26, 14)], color.stroke_width(3)))?;
        legend.draw(&Circle::new((x + 13, 14), 4, color.filled()))?;
        let centred = style(17).pos(Pos::new(HPos::Left, VPos::Center));
        legend.draw(&Text::new(*way, (x + 34, 14), centred))?;
        x += 34 + 8 * way.len() as i32 + 24;
    }
    Ok(())
}

fn duration(millis: f64) -> String {
    if millis < 1000.0 { format!("{millis:.0} ms") } else { format!("{:.0} s", millis / 1000.0) }
}
